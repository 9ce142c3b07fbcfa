package io.autoscale.reactor.salt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MinionKeyTest {

    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----\n";
    private static final String END = "-----END PUBLIC KEY-----\n";
    private static final String LINES =
            """
            MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwwAN8+FytSdrG5GS+tem
            MQ9rftLCm6gffOM7fPqOFTm4Etpyy1pic6E3NWXoML0/8PYPWwrbuzyTYX2WiIsi
            bCBHgVGW6PxErtf6PBgsVi0zfWnHH1ju1RfKibNj59haNuv4MPsjjDO6kzH177jz
            oNJiMBVPQ3Coz3K7BnE1g/PIQuq4R3dv85jqL5nzbZx1lgWkgrukiurkCCYtOGbC
            LvZcyMkXrs6XbvCafs4ZpOQER8BXsOJazHGBKjCSoMZm30RatzIYPuQixTMNvmrG
            li/jOmUR+x71NeJHsWd0Axs6K8K3kwflwj9lXtvpzhjpoSXpMXx8XcQHkpfdSffW
            CQIDAQAB
            """;

    @Test
    void keepsTheTextThatSaltWrites() {
        assertThat(new MinionKey(BEGIN + LINES + END).pem()).isEqualTo(BEGIN + LINES + END);
    }

    @Test
    void isTheSameKeyHoweverItsTextIsBroken() {
        MinionKey key = new MinionKey(BEGIN + LINES + END);

        assertThat(new MinionKey("\r\n  " + (BEGIN + LINES + END).replace("\n", "\r\n")))
                .isEqualTo(key);
        assertThat(new MinionKey(BEGIN + LINES.replace("\n", "") + "\n" + END.strip()))
                .isEqualTo(key);
    }

    @Test
    void isAnotherKeyWithOtherBytes() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        String other = Base64.getEncoder()
                .encodeToString(keys.generateKeyPair().getPublic().getEncoded());

        assertThat(new MinionKey(BEGIN + other + "\n" + END)).isNotEqualTo(new MinionKey(BEGIN + LINES + END));
    }

    @Test
    void hasTheFingerprintThatSaltShows() {
        // printf of the lines between the marks, through sha256sum: how salt.utils.crypt.pem_finger computes it
        assertThat(new MinionKey(BEGIN + LINES + END).fingerprint())
                .isEqualTo(
                        "94:6e:01:6d:8f:e9:89:35:d1:ee:63:24:c5:92:2c:da:e0:7d:0c:a3:53:20:7f:93:eb:54:ca:4d:7b:b3:a5:ac");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sensitive",
                "-----BEGIN PUBLIC KEY-----\nsensitive\n-----END PUBLIC KEY-----",
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                "-----BEGIN PUBLIC KEY-----\n",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"
            })
    void refusesWhatIsNoPublicKey(String text) {
        assertThatThrownBy(() -> new MinionKey(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("sensitive")
                .hasMessageContaining("expected an RSA key");
    }

    @Test
    void refusesNothingMoreOrLessThanOneRsaKey() throws Exception {
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        String point = Base64.getEncoder()
                .encodeToString(ec.generateKeyPair().getPublic().getEncoded());

        for (String text : new String[] {
            BEGIN + point + "\n" + END,
            BEGIN + LINES + END + BEGIN + LINES + END,
            BEGIN + LINES + END + "x",
            BEGIN + LINES + " ".repeat(20_000) + END
        }) {
            assertThatThrownBy(() -> new MinionKey(text)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new MinionKey(null)).isInstanceOf(IllegalArgumentException.class);
    }
}
