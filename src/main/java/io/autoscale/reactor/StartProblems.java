package io.autoscale.reactor;

/** Says in a few lines why the reactor could not start. */
final class StartProblems {

    private StartProblems() {}

    /** The message of the innermost exception that says something. */
    static String describe(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause().getMessage() != null) {
            deepest = deepest.getCause();
        }
        return deepest.getMessage();
    }
}
