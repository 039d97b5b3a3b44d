package io.sonia.verifier;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a command found, as text for people or as JSON. */
final class Report {

    private final Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    private int exitCode;

    void put(String name, Object fact) {
        facts.put(name, fact);
    }

    /** Puts one more into a list of facts. */
    void add(String name, Object fact) {
        List<@Nullable Object> list = new ArrayList<>();
        if (facts.get(name) instanceof List<?> before) {
            list.addAll(before);
        }
        list.add(fact);
        facts.put(name, list);
    }

    Map<String, @Nullable Object> facts() {
        return Collections.unmodifiableMap(facts);
    }

    void refused(Refusal refusal) {
        exitCode = refusal.reason().exitCode();
        facts.put("reason", refusal.reason().word());
        facts.put("message", refusal.message());
        if (refusal.firstBadSeq() != null) {
            facts.put("first_bad_seq", refusal.firstBadSeq());
        }
    }

    int exitCode() {
        return exitCode;
    }

    /** One JSON object. */
    String json() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(facts);
        all.put("verified", exitCode == 0);
        all.put("exit_code", (long) exitCode);
        return printable(CanonicalJson.text(all));
    }

    /** The verdict and a line for each fact. */
    String text() {
        StringBuilder out = new StringBuilder(exitCode == 0 ? "verified" : "NOT VERIFIED");
        facts.forEach((name, fact) -> out.append("\n  ")
                .append(name)
                .append(": ")
                .append(fact instanceof String ? fact : CanonicalJson.text(fact)));
        return printable(out.toString());
    }

    /** What a hostile file wrote does not steer a terminal. */
    private static String printable(String text) {
        return text.replaceAll("[^\\n\\x20-\\x7e]", "?");
    }
}
