package io.autoscale.reactor.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * What happens in one trial and when, decided by a seed alone: instances with their lives, what is announced of them, what
 * fails meanwhile, and when the reactor is killed.
 */
record Schedule(long seed, int millis, List<Life> lives, List<Step> steps, List<Kill> kills) {

    private static final List<String> LAUNCHES =
            List.of("launch", "launch", "launch", "launch-attached", "hook-launching", "eventbridge-launch");
    private static final List<String> TERMINATIONS = List.of(
            "terminate", "terminate", "hook-terminating", "eventbridge-terminate", "eventbridge-state-terminated");

    /** What is done at a step; those that announce something are the events that are counted. */
    enum What {
        CREATE(false),
        LAUNCH(true),
        TERMINATION(true),
        /** The delivery of an earlier announcement once more, with its MessageId. */
        DUPLICATE(true),
        TEST(true),
        ERROR(true),
        FORGED(true),
        /** The instance begins to shut down. */
        END(false),
        /** The instance has ended. */
        GONE(false),
        UNKNOWN_AT_FIRST(false),
        IMPOSTOR(false),
        DROP(false),
        REBOOT(false),
        SSH_REFUSED(false),
        SSH_SILENT(false),
        FAULT(false),
        HEALED(false);

        private final boolean event;

        What(boolean event) {
            this.event = event;
        }

        boolean isEvent() {
            return event;
        }

        boolean isFault() {
            return List.of(UNKNOWN_AT_FIRST, IMPOSTOR, DROP, REBOOT, SSH_REFUSED, SSH_SILENT, FAULT)
                    .contains(this);
        }
    }

    /**
     * One instance.
     *
     * @param launched whether a launch of it is announced
     * @param ends whether it is terminated before the trial is over
     * @param broken whether its bootstrap can't succeed
     * @param seconds that its installation takes
     */
    record Life(String id, boolean launched, boolean ends, boolean broken, double seconds) {

        boolean isMinionAtLast() {
            return launched && !ends && !broken;
        }
    }

    /** @param detail which announcement, fault, or forgery */
    record Step(long at, What what, String subject, String detail) {

        @Override
        public String toString() {
            return String.format("%7d  %-16s %-20s %s", at, what, subject, detail)
                    .stripTrailing();
        }
    }

    /**
     * One end of the reactor.
     *
     * @param hard kill -9, or else SIGTERM
     * @param duringStart whether the time counts from its start, or else from when it was ready
     */
    record Kill(boolean hard, boolean duringStart, long after) {

        @Override
        public String toString() {
            return (hard ? "kill -9 " : "SIGTERM ") + after + " ms after "
                    + (duringStart ? "its start" : "it was ready");
        }
    }

    /** @param millis within which all is announced */
    static Schedule of(long seed, int events, int kills, int millis) {
        return new Maker(seed, millis).make(events, kills);
    }

    long events() {
        return steps.stream().filter(step -> step.what().isEvent()).count();
    }

    long faults() {
        return steps.stream().filter(step -> step.what().isFault()).count();
    }

    long count(What what) {
        return steps.stream().filter(step -> step.what() == what).count();
    }

    /** The whole table, to be read by people. */
    String describe() {
        return "seed " + seed + ": " + events() + " events within " + millis + " ms\n"
                + kills.stream().map(kill -> "        " + kill + "\n").collect(Collectors.joining())
                + lives.stream()
                        .filter(Life::broken)
                        .map(life -> "        " + life.id() + " can't be bootstrapped\n")
                        .collect(Collectors.joining())
                + steps.stream().map(step -> step + "\n").collect(Collectors.joining());
    }

    private static final class Maker {

        private static final int SALT = 0;
        private static final List<List<String>> FAULTS = List.of(
                List.of("salt refuses", "salt hangs", "salt 503", "salt 500", "salt forgets", "salt expires"),
                List.of("aws throttles", "aws 503", "aws 500", "aws slow", "aws refuses"),
                List.of("smtp breaks off", "smtp hangs"),
                List.of("certificate host away"));

        private final long seed;
        private final Random random;
        private final int millis;
        private final List<Life> lives = new ArrayList<>();
        private final List<Step> steps = new ArrayList<>();

        Maker(long seed, int millis) {
            this.seed = seed;
            this.random = new Random(seed);
            this.millis = millis;
        }

        Schedule make(int events, int kills) {
            for (int system = SALT; system < FAULTS.size(); system++) {
                outages(FAULTS.get(system));
            }
            List<Kill> ends = new ArrayList<>();
            for (int n = 0; n < kills; n++) {
                boolean duringStart = n > 0 && random.nextInt(4) == 0;
                ends.add(new Kill(true, duringStart, between(300, duringStart ? 3_000 : 2 * millis / (kills + 2))));
            }
            ends.add(random.nextInt(ends.size() + 1), new Kill(false, false, between(500, 3_000)));
            for (int number = 0; count() < events; number++) {
                live(number, events);
            }
            steps.sort(Comparator.comparingLong(Step::at));
            return new Schedule(seed, millis, List.copyOf(lives), List.copyOf(steps), List.copyOf(ends));
        }

        private long count() {
            return steps.stream().filter(step -> step.what().isEvent()).count();
        }

        /** One outage after the other, of one system. */
        private void outages(List<String> faults) {
            for (long at = between(500, 5_000); at < millis; at += between(3_000, 10_000)) {
                String fault = oneOf(faults);
                long end = at + between(500, 4_000);
                add(at, What.FAULT, "", fault);
                add(end, What.HEALED, "", fault.substring(0, fault.indexOf(' ')));
                at = end;
            }
        }

        private void live(int number, int events) {
            String id = "i-%017x".formatted(random.nextLong() >>> 1);
            long at = between(0, millis - 4_000);
            // The first ones make sure that a seed has some of each.
            int kind = number < 100 && number % 20 == 7 ? 90 : random.nextInt(100);
            if (kind < 85) {
                launched(id, at, number % 25 == 11);
            } else if (kind < 90) {
                terminatedBeforeItsLaunch(id, at);
            } else if (kind < 95) {
                neverLaunched(id, at);
            } else {
                add(at, chance(50) ? What.TEST : What.ERROR, "", "group-" + number);
            }
            if (number % 9 == 4) {
                add(between(0, millis), What.FORGED, id, oneOf(List.of("changed", "foreign", "topic", "scrap")));
            }
        }

        private void launched(String id, long at, boolean broken) {
            boolean ends = !broken && chance(50);
            lives.add(new Life(id, true, ends, broken, random.nextInt(20) / 10.0));
            add(at, What.CREATE, id, "");
            long announced = at + between(0, 400);
            add(announced, What.LAUNCH, id, oneOf(LAUNCHES));
            if (chance(20)) {
                add(announced + between(50, 4_000), What.DUPLICATE, id, "");
            }
            if (chance(12) && at < millis / 2) {
                add(announced + between(0, 2_500), What.LAUNCH, id, oneOf(LAUNCHES));
            }
            trouble(id, at, broken);
            if (ends) {
                terminated(id, at + (chance(60) ? between(300, 5_000) : between(6_000, 15_000)));
            }
        }

        private void trouble(String id, long at, boolean broken) {
            if (chance(7)) {
                add(at, What.UNKNOWN_AT_FIRST, id, "");
            }
            if (chance(7)) {
                add(at + between(0, 4_000), What.IMPOSTOR, id, "");
            }
            int kind = broken ? 100 : random.nextInt(100);
            if (kind < 10) {
                add(at + between(500, 4_000), What.DROP, id, "");
            } else if (kind < 16) {
                add(at + between(500, 5_000), What.REBOOT, id, "");
            } else if (kind < 21) {
                add(at + between(0, 2_000), What.SSH_REFUSED, id, "");
            } else if (kind < 26) {
                add(at + between(0, 2_000), What.SSH_SILENT, id, "");
            }
        }

        private void terminated(String id, long at) {
            String form = oneOf(TERMINATIONS);
            if (form.startsWith("hook")) {
                add(at, What.TERMINATION, id, form);
                add(at + between(300, 1_500), What.END, id, "");
            } else {
                add(at, What.END, id, "");
                add(at + between(0, 1_000), What.TERMINATION, id, form);
            }
            if (chance(15)) {
                add(at + between(0, 3_000), What.TERMINATION, id, oneOf(TERMINATIONS));
            }
            add(at + between(1_600, 4_500), What.GONE, id, "");
        }

        private void terminatedBeforeItsLaunch(String id, long at) {
            lives.add(new Life(id, true, true, false, 0));
            add(at, What.CREATE, id, "");
            add(at + 200, What.END, id, "");
            add(at + between(200, 700), What.TERMINATION, id, oneOf(TERMINATIONS));
            add(at + between(700, 2_000), What.LAUNCH, id, oneOf(LAUNCHES));
            add(at + between(1_000, 4_000), What.GONE, id, "");
        }

        private void neverLaunched(String id, long at) {
            if (chance(50)) {
                lives.add(new Life(id, false, true, false, 0));
                add(at, What.CREATE, id, "");
                add(at + 300, What.END, id, "");
                add(at + between(400, 3_000), What.GONE, id, "");
            }
            add(at + between(400, 1_000), What.TERMINATION, id, oneOf(TERMINATIONS));
        }

        private void add(long at, What what, String subject, String detail) {
            steps.add(new Step(at, what, subject, detail));
        }

        private boolean chance(int percent) {
            return random.nextInt(100) < percent;
        }

        private long between(long least, long most) {
            return least + random.nextInt((int) (most - least));
        }

        private <T> T oneOf(List<T> choices) {
            return choices.get(random.nextInt(choices.size()));
        }
    }
}
