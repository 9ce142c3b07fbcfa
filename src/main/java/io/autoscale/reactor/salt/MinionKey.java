package io.autoscale.reactor.salt;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The public key of a minion; two are equal if they are the same key, however their texts are broken into lines.
 *
 * @param pem the RSA key as SubjectPublicKeyInfo in PEM form, with lines of 64 characters, as Salt writes it
 */
public record MinionKey(String pem) {

    private static final int MOST = 16 * 1024;
    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";
    private static final Pattern FORM = Pattern.compile("\\s*" + BEGIN + "([A-Za-z0-9+/=\\s]+)" + END + "\\s*");

    /** @throws IllegalArgumentException if {@code pem} is not such a key; the text is not repeated in the message */
    public MinionKey {
        pem = BEGIN + "\n" + lines(decode(pem)) + "\n" + END + "\n";
    }

    private static byte[] decode(String pem) {
        Matcher form = FORM.matcher(pem == null || pem.length() > MOST ? "" : pem);
        if (form.matches()) {
            try {
                byte[] encoded = Base64.getDecoder().decode(form.group(1).replaceAll("\\s", ""));
                if (KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded))
                        instanceof RSAPublicKey key) {
                    return key.getEncoded();
                }
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new IllegalArgumentException(notAKey(), e);
            }
        }
        throw new IllegalArgumentException(notAKey());
    }

    private static String notAKey() {
        return "Not a minion's public key: expected an RSA key in PEM form (BEGIN PUBLIC KEY).";
    }

    private static String lines(byte[] encoded) {
        return Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    }

    /** Returns the SHA-256 fingerprint as {@code salt-key --finger} shows it: of the PEM text between its two marks. */
    public String fingerprint() {
        String inner = pem.substring(BEGIN.length() + 1, pem.length() - END.length() - 1);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(inner.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.ofDelimiter(":").formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }

    /** The fingerprint: whole keys make no readable message. */
    @Override
    public String toString() {
        return fingerprint();
    }
}
