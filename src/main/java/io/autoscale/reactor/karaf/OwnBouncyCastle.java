package io.autoscale.reactor.karaf;

import java.security.Provider;
import org.apache.sshd.common.util.security.SecurityProviderChoice;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.bouncycastle.BouncyCastleSecurityProviderRegistrar;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Lets the bundle's SSH client use the bundle's BouncyCastle. By itself it takes the provider of that name from the JVM's
 * list, which is that of Karaf's SSH server, with classes of its own, so that no Ed25519 key can be read; and where there
 * is none it puts one there, which then outlives the bundle.
 */
final class OwnBouncyCastle extends BouncyCastleSecurityProviderRegistrar {

    private final Provider provider = new BouncyCastleProvider();

    private OwnBouncyCastle() {}

    /** To be called before anything else of the SSH library is used. */
    static void use() {
        OwnBouncyCastle own = new OwnBouncyCastle();
        SecurityUtils.registerSecurityProvider(own);
        SecurityUtils.setDefaultProviderChoice(SecurityProviderChoice.toSecurityProviderChoice(own.provider));
    }

    @Override
    public Provider getSecurityProvider() {
        return provider;
    }

    @Override
    public boolean isNamedProviderUsed() {
        return false;
    }
}
