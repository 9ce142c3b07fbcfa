package io.autoscale.reactor.salt;

import io.autoscale.reactor.event.InstanceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/**
 * Asks the Salt master about minion keys, and has them accepted and deleted; always by exact id, as {@code key.accept} and
 * {@code key.delete} take a pattern.
 *
 * @see <a href="https://docs.saltproject.io/en/latest/ref/wheel/all/salt.wheel.key.html">salt.wheel.key</a>
 */
public final class MinionKeys {

    private static final String ACCEPTED = "minions";
    private static final String PENDING = "minions_pre";
    private static final int MOST_NAMED = 5;

    /** All four; deleting from one leaves the key in another. */
    private static final List<String> SECTIONS = List.of(ACCEPTED, PENDING, "minions_rejected", "minions_denied");

    /**
     * What the master has under one id.
     *
     * @param accepted whether the key that the instance showed is accepted
     * @param pending whether it waits for being accepted
     * @param foreign sections in which another key stands
     */
    public record Standing(boolean accepted, boolean pending, List<String> foreign) {

        public boolean hasForeign() {
            return !foreign.isEmpty();
        }
    }

    /** The call that shows which keys the id has. The function takes a pattern, but an instance id has no wildcard. */
    public Map<String, Object> print(@Variable("instance") InstanceId id) {
        return wheel("key.print", id.value());
    }

    /** Whether the master has accepted a key of this id, by the answer to {@link #print}. */
    public boolean anyAccepted(@Body Map<String, Map<String, String>> sections, @Variable("instance") InstanceId id) {
        return sections.getOrDefault(ACCEPTED, Map.of()).containsKey(id.value());
    }

    /** Whether the key that the instance showed, if it showed one, is the accepted one. */
    public boolean isAccepted(
            @Variable("sections") Map<String, Map<String, String>> sections,
            @Variable("instance") InstanceId id,
            @Variable("shownKey") Optional<MinionKey> shown) {
        return shown.map(key -> compare(sections, id, key))
                .filter(Standing::accepted)
                .isPresent();
    }

    /** Compares what the master has with what the instance showed over SSH. */
    public Standing compare(
            @Body Map<String, Map<String, String>> sections,
            @Variable("instance") InstanceId id,
            @Variable("minionKey") MinionKey shown) {
        List<String> foreign = new ArrayList<>();
        List<String> same = new ArrayList<>();
        for (String section : SECTIONS) {
            String pem = sections.getOrDefault(section, Map.of()).get(id.value());
            if (pem != null) {
                (isSame(pem, shown) ? same : foreign).add(section);
            }
        }
        // The right key among the denied or rejected ones stands in its own way: the minion asks anew once it is
        // removed.
        boolean accepted = same.contains(ACCEPTED);
        boolean pending = same.contains(PENDING) && foreign.stream().noneMatch(ACCEPTED::equals);
        return new Standing(accepted, pending, foreign);
    }

    /** The call that accepts the pending key of this id. */
    public Map<String, Object> accept(@Variable("instance") InstanceId id) {
        return wheel("key.accept_dict", Map.of(PENDING, List.of(id.value())));
    }

    /** The call that removes keys that are not the instance's, and with them what stands in the way of the right one. */
    public Map<String, Object> removeForeign(
            @Variable("instance") InstanceId id, @Variable("standing") Standing standing) {
        List<String> from = new ArrayList<>(standing.foreign());
        if (!standing.accepted() && !standing.pending()) {
            SECTIONS.stream().filter(s -> !from.contains(s)).forEach(from::add);
        }
        Map<String, List<String>> match = new LinkedHashMap<>();
        from.forEach(section -> match.put(section, List.of(id.value())));
        return wheel("key.delete_dict", match);
    }

    /** @throws KeyNotAccepted until the key that the instance showed is accepted */
    public void verifyAccepted(
            @Variable("standing") Standing standing,
            @Variable("instance") InstanceId id,
            @Variable("minionKey") MinionKey shown)
            throws KeyNotAccepted {
        if (!standing.accepted() && standing.hasForeign()) {
            throw new KeyNotAccepted(
                    "A key that is not the one that " + id + " showed (" + shown.fingerprint()
                            + ") stood on the Salt master in " + String.join(", ", standing.foreign())
                            + " and was removed; the right one is waited for. Somebody may register the other again and again.");
        }
        if (!standing.accepted()) {
            throw new KeyNotAccepted("The key that " + id + " showed (" + shown.fingerprint()
                    + ") is not on the Salt master yet. Its minion must reach the master's ports 4505 and 4506.");
        }
    }

    /** The instance alone, as a list of those whose keys are to be deleted. */
    public List<InstanceId> only(@Variable("instance") InstanceId id) {
        return List.of(id);
    }

    /** The call that deletes all keys of these ids. */
    public Map<String, Object> delete(@Body Collection<InstanceId> ids) {
        List<String> names = ids.stream().map(InstanceId::value).toList();
        return wheel("key.delete_dict", SECTIONS.stream().collect(Collectors.toMap(s -> s, s -> names)));
    }

    /** These instances in a few words, however many they are. */
    public String summary(@Variable("doomed") List<InstanceId> ids) {
        String first = ids.stream().limit(MOST_NAMED).map(InstanceId::value).collect(Collectors.joining(", "));
        return ids.size() <= MOST_NAMED ? first : first + " and " + (ids.size() - MOST_NAMED) + " more";
    }

    /** @throws KeysLeft if the answer to {@link #delete} names keys that are still, or again, on the master */
    public void verifyNoneLeft(@Body Map<String, List<String>> sections) throws KeysLeft {
        List<InstanceId> left = sections.values().stream()
                .flatMap(Collection::stream)
                .filter(InstanceId::isValid)
                .map(InstanceId::new)
                .distinct()
                .toList();
        if (!left.isEmpty()) {
            throw new KeysLeft(left.size() + " keys are still on the Salt master after their deletion, the first of "
                    + left.get(0) + ".");
        }
    }

    /** The call that asks the minion whether it is there. */
    public Map<String, Object> ping(@Variable("instance") InstanceId id) {
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("client", "local");
        call.put("tgt", List.of(id.value()));
        call.put("tgt_type", "list");
        call.put("fun", "test.ping");
        call.put("timeout", 5);
        return call;
    }

    /** Whether the minion answered. */
    public boolean answered(@Body Map<String, Object> answers, @Variable("instance") InstanceId id) {
        return Boolean.TRUE.equals(answers.get(id.value()));
    }

    /** @throws MinionSilent unless the minion answered */
    public void verifyAnswered(@Body Map<String, Object> answers, @Variable("instance") InstanceId id)
            throws MinionSilent {
        if (!answered(answers, id)) {
            throw new MinionSilent("The minion " + id + " does not answer test.ping yet, though its key is accepted.");
        }
    }

    private static boolean isSame(String pem, MinionKey shown) {
        try {
            return new MinionKey(pem).equals(shown);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Map<String, Object> wheel(String function, Object match) {
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("client", "wheel");
        call.put("fun", function);
        call.put("match", match);
        return call;
    }
}
