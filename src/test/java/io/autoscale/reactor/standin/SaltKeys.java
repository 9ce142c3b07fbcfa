package io.autoscale.reactor.standin;

import java.io.FileNotFoundException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The key directories of a Salt master: which public key stands under which minion id in which section. What it does
 * on each call follows {@code salt/key.py} and the authentication in {@code salt/channel/server.py} of Salt 3006.
 */
class SaltKeys {

    static final String ACCEPTED = "minions";
    static final String PENDING = "minions_pre";
    static final String REJECTED = "minions_rejected";
    static final String DENIED = "minions_denied";
    static final List<String> SECTIONS = List.of(ACCEPTED, PENDING, REJECTED, DENIED);

    private final Map<String, TreeMap<String, String>> sections = new LinkedHashMap<>();
    private final List<SaltApi.Acceptance> acceptances = new ArrayList<>();

    SaltKeys() {
        SECTIONS.forEach(section -> sections.put(section, new TreeMap<>()));
    }

    /** A minion asks to be let in with this key; the answer is the section where that leaves it. */
    synchronized String ask(String id, String publicKey) {
        if (sections.get(REJECTED).containsKey(id)) {
            return REJECTED;
        }
        for (String section : List.of(ACCEPTED, PENDING)) {
            String known = sections.get(section).get(id);
            if (known != null) {
                if (known.strip().equals(publicKey.strip())) {
                    return section;
                }
                sections.get(DENIED).put(id, publicKey);
                return DENIED;
            }
        }
        sections.get(PENDING).put(id, publicKey);
        return PENDING;
    }

    synchronized void put(String section, String id, String publicKey) {
        sections.get(section).put(id, publicKey);
    }

    synchronized boolean isAccepted(String id) {
        return sections.get(ACCEPTED).containsKey(id);
    }

    synchronized Map<String, String> section(String section) {
        return Map.copyOf(sections.get(section));
    }

    /** The keys under exactly this id, by section. */
    synchronized Map<String, String> of(String id) {
        Map<String, String> found = new LinkedHashMap<>();
        sections.forEach((section, keys) -> {
            if (keys.containsKey(id)) {
                found.put(section, keys.get(id));
            }
        });
        return found;
    }

    /** Every section with its ids, empty ones too. */
    synchronized Map<String, List<String>> listAll() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        sections.forEach((section, keys) -> all.put(section, List.copyOf(keys.keySet())));
        return all;
    }

    /** Sections and ids that match a glob; sections without any are left out. */
    synchronized Map<String, List<String>> match(String glob) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        sections.forEach((section, keys) -> matching(glob, section)
                .forEach(id ->
                        found.computeIfAbsent(section, s -> new ArrayList<>()).add(id)));
        return found;
    }

    synchronized Map<String, Map<String, String>> print(String glob) {
        Map<String, Map<String, String>> found = new LinkedHashMap<>();
        match(glob).forEach((section, ids) -> {
            Map<String, String> keys = new LinkedHashMap<>();
            ids.forEach(id -> keys.put(id, sections.get(section).get(id)));
            found.put(section, keys);
        });
        return found;
    }

    synchronized Map<String, Map<String, String>> finger(String glob, String hash) {
        Map<String, Map<String, String>> found = print(glob);
        found.values().forEach(keys -> keys.replaceAll((id, key) -> fingerprint(key, hash)));
        return found;
    }

    /** Accepts what is pending and matches; a pending key replaces an accepted one. */
    synchronized Map<String, List<String>> accept(String glob) {
        for (String id : matching(glob, PENDING)) {
            move(id);
        }
        return match(glob);
    }

    /** Accepts the pending ones among exactly these; the first that is not pending stops it. */
    synchronized Map<String, List<String>> accept(Map<String, List<String>> exact) throws FileNotFoundException {
        for (String id : exact.getOrDefault(PENDING, List.of())) {
            if (!sections.get(PENDING).containsKey(id)) {
                throw new FileNotFoundException(
                        "[Errno 2] No such file or directory: '/etc/salt/pki/master/minions_pre/" + id + "'");
            }
            move(id);
        }
        return remaining(exact);
    }

    synchronized Map<String, List<String>> delete(String glob) {
        match(glob).forEach((section, ids) -> sections.get(section).keySet().removeAll(ids));
        return match(glob);
    }

    /** Removes exactly these from exactly the sections named; the answer tells which of the names are left anywhere. */
    synchronized Map<String, List<String>> delete(Map<String, List<String>> exact) {
        exact.forEach((section, ids) -> {
            if (sections.containsKey(section)) {
                ids.forEach(sections.get(section)::remove);
            }
        });
        return remaining(exact);
    }

    /** Every key that was moved from the pending to the accepted ones, in order. */
    synchronized List<SaltApi.Acceptance> acceptances() {
        return List.copyOf(acceptances);
    }

    private void move(String id) {
        String key = sections.get(PENDING).remove(id);
        sections.get(ACCEPTED).put(id, key);
        acceptances.add(new SaltApi.Acceptance(id, key));
    }

    /** As Salt does it: names are globs here, and a name given under several sections is listed once for each. */
    private Map<String, List<String>> remaining(Map<String, List<String>> names) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        names.values().forEach(ids -> ids.stream()
                .sorted()
                .forEach(id -> SECTIONS.forEach(section -> {
                    if (!matching(id, section).isEmpty()) {
                        found.computeIfAbsent(section, s -> new ArrayList<>()).add(id);
                    }
                })));
        return found;
    }

    private List<String> matching(String glob, String section) {
        TreeMap<String, String> keys = sections.get(section);
        if (glob.chars().noneMatch(c -> "*?[]{}\\".indexOf(c) >= 0)) {
            return keys.containsKey(glob) ? List.of(glob) : List.of();
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        return keys.keySet().stream().filter(id -> matcher.matches(Path.of(id))).toList();
    }

    private static String fingerprint(String key, String hash) {
        try {
            MessageDigest digest = MessageDigest.getInstance(hash.equals("md5") ? "MD5" : "SHA-256");
            List<String> lines = key.lines().filter(line -> !line.isBlank()).toList();
            for (String line : lines.subList(1, lines.size() - 1)) {
                digest.update((line + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            return HexFormat.ofDelimiter(":").formatHex(digest.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has MD5 and SHA-256.", e);
        }
    }
}
