package io.autoscale.reactor.salt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoscale.reactor.event.InstanceId;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MinionKeysTest {

    private static final InstanceId ID = new InstanceId("i-0123456789abcdef0");
    private static final MinionKey SHOWN = key();
    private static final MinionKey OTHER = key();

    private final MinionKeys keys = new MinionKeys();

    @ParameterizedTest
    @CsvSource({
        "minions,            true,  false",
        "minions_pre,        false, true",
        "minions_rejected,   false, false",
        "minions_denied,     false, false",
    })
    void theShownKeyCountsWhereItStands(String section, boolean accepted, boolean pending) {
        MinionKeys.Standing standing = keys.compare(in(section, SHOWN.pem()), ID, SHOWN);

        assertThat(standing).isEqualTo(new MinionKeys.Standing(accepted, pending, List.of()));
    }

    @ParameterizedTest
    @CsvSource({"minions", "minions_pre", "minions_rejected", "minions_denied"})
    void anotherKeyIsForeignWhereverItStands(String section) {
        assertThat(keys.compare(in(section, OTHER.pem()), ID, SHOWN).foreign()).containsExactly(section);
        assertThat(keys.compare(in(section, "no key at all"), ID, SHOWN).foreign())
                .containsExactly(section);
    }

    @Test
    void thePendingKeyIsNotAcceptedWhileAnotherOneIs() {
        MinionKeys.Standing standing = keys.compare(
                Map.of(
                        "minions", Map.of(ID.value(), OTHER.pem()),
                        "minions_pre", Map.of(ID.value(), SHOWN.pem())),
                ID,
                SHOWN);

        assertThat(standing).isEqualTo(new MinionKeys.Standing(false, false, List.of("minions")));
    }

    @Test
    void keysOfOtherIdsDoNotCount() {
        assertThat(keys.compare(Map.of("minions", Map.of("i-0fedcba9876543210", SHOWN.pem())), ID, SHOWN))
                .isEqualTo(new MinionKeys.Standing(false, false, List.of()));
    }

    @Test
    void keysThatAreLeftAfterADeletionAreNamed() {
        assertThatThrownBy(() -> keys.verifyNoneLeft(Map.of("minions_pre", List.of(ID.value()))))
                .isInstanceOf(KeysLeft.class)
                .hasMessageContaining(ID.value());
        assertThatCode(() -> keys.verifyNoneLeft(Map.of())).doesNotThrowAnyException();
        assertThatCode(() -> keys.verifyNoneLeft(Map.of("minions", List.of()))).doesNotThrowAnyException();
    }

    private static Map<String, Map<String, String>> in(String section, String pem) {
        return Map.of(section, Map.of(ID.value(), pem));
    }

    private static MinionKey key() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            byte[] encoded = generator.generateKeyPair().getPublic().getEncoded();
            return new MinionKey("-----BEGIN PUBLIC KEY-----\n"
                    + Base64.getMimeEncoder().encodeToString(encoded)
                    + "\n-----END PUBLIC KEY-----\n");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has RSA.", e);
        }
    }
}
