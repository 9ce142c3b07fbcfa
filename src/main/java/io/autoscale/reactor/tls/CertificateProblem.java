package io.autoscale.reactor.tls;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Says in words what is wrong with a server's certificate, where the failure itself speaks of PKIX paths. */
public final class CertificateProblem {

    /** Causes of causes, at most; some libraries make circles of them. */
    private static final int DEPTH = 20;

    private CertificateProblem() {}

    /** What follows on the name of the server, without a full stop; empty if it failed of something else. */
    public static Optional<String> of(Throwable failure) {
        if (any(failure, CertificateExpiredException.class::isInstance)) {
            return Optional.of("its certificate has expired");
        }
        if (any(failure, CertificateNotYetValidException.class::isInstance)) {
            return Optional.of("its certificate is not valid yet");
        }
        if (any(failure, e -> e instanceof CertPathBuilderException || e instanceof CertPathValidatorException)) {
            return Optional.of("its certificate does not come from an authority that is trusted");
        }
        if (any(failure, CertificateProblem::isOfAnotherHost)) {
            return Optional.of("its certificate does not name this host");
        }
        if (any(failure, CertificateException.class::isInstance)) {
            return Optional.of("its certificate cannot be trusted");
        }
        return Optional.empty();
    }

    /** Who makes the connection compares the name; each says it in another way, and Angus Mail with no type of its own. */
    private static boolean isOfAnotherHost(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof SSLPeerUnverifiedException
                || failure instanceof CertificateException
                        && (message.startsWith("No subject alternative") || message.startsWith("No name matching"))
                || message.startsWith("Can't verify identity of server");
    }

    private static boolean any(Throwable failure, Predicate<Throwable> condition) {
        return Stream.iterate(failure, e -> e != null, Throwable::getCause)
                .limit(DEPTH)
                .anyMatch(condition);
    }
}
