package io.sonia.verifier;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object, asked for by name and form; {@link Reason#MALFORMED} for another form. */
record JsonObject(Map<String, @Nullable Object> members) {

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    static JsonObject of(@Nullable Object value) {
        if (value instanceof Map<?, ?>) {
            @SuppressWarnings("unchecked") // Json makes no other maps
            Map<String, @Nullable Object> members = (Map<String, @Nullable Object>) value;
            return new JsonObject(members);
        }
        throw malformed("an object was expected");
    }

    /** There are these members and no others. */
    JsonObject only(Collection<String> names) {
        for (String name : names) {
            if (!members.containsKey(name)) {
                throw malformed("the member " + name + " is missing");
            }
        }
        if (members.size() > names.size()) {
            throw malformed("there are unknown members");
        }
        return this;
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    @Nullable
    Object value(String name) {
        return members.get(name);
    }

    String text(String name) {
        if (value(name) instanceof String text) {
            return text;
        }
        throw wrongForm(name);
    }

    @Nullable
    String textOrNull(String name) {
        return value(name) == null ? null : text(name);
    }

    long integer(String name) {
        if (value(name) instanceof Long number) {
            return number;
        }
        throw wrongForm(name);
    }

    String hexHash(String name) {
        return hexHash(name, value(name));
    }

    JsonObject object(String name) {
        if (value(name) instanceof Map<?, ?> map) {
            return of(map);
        }
        throw wrongForm(name);
    }

    @Nullable
    JsonObject objectOrNull(String name) {
        return value(name) == null ? null : object(name);
    }

    List<?> list(String name) {
        if (value(name) instanceof List<?> list) {
            return list;
        }
        throw wrongForm(name);
    }

    /** A list of up to {@code most} hashes. */
    List<byte[]> hashes(String name, int most) {
        List<byte[]> hashes = new ArrayList<>();
        for (Object each : list(name)) {
            hashes.add(HexFormat.of().parseHex(hexHash(name, each)));
        }
        if (hashes.size() <= most) {
            return hashes;
        }
        throw wrongForm(name);
    }

    private static String hexHash(String name, @Nullable Object value) {
        if (value instanceof String text && HASH.matcher(text).matches()) {
            return text;
        }
        throw wrongForm(name);
    }

    private static Refusal wrongForm(String name) {
        return malformed("the member " + name + " has a form it must not have");
    }

    private static Refusal malformed(String what) {
        return Refusal.of(Reason.MALFORMED, what);
    }
}
