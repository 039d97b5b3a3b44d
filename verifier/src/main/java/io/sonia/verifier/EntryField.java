package io.sonia.verifier;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The fields of an entry in the order in which they are hashed; {@code prev_hash} is hashed before them. */
enum EntryField {
    CHAIN(Form.TEXT),
    SEQ(Form.INTEGER),
    TIMESTAMP(Form.TEXT),
    HLC(Form.TEXT),
    OPERATION(Form.TEXT),
    OUTCOME(Form.TEXT),
    HTTP_STATUS(Form.INTEGER),
    ACTOR_ID(Form.TEXT),
    ACTOR_ROLE(Form.TEXT),
    ACTOR_KIND(Form.TEXT),
    VIA(Form.TEXT),
    ON_BEHALF_OF(Form.TEXT),
    RESOURCE_TYPE(Form.TEXT),
    RESOURCE_ID(Form.TEXT),
    CORRELATION_ID(Form.TEXT),
    TRACE_ID(Form.TEXT),
    IDEMPOTENCY_KEY_DIGEST(Form.TEXT),
    FENCE_TOKEN(Form.INTEGER),
    APPROVAL_ID(Form.TEXT),
    DIGEST(Form.TEXT),
    POLICY_VERSION(Form.TEXT),
    RULE_ID(Form.TEXT),
    REPLAY_OF(Form.TEXT),
    REPLAY_GENERATION(Form.INTEGER),
    DURATION_MS(Form.NUMBER),
    DETAIL_HASH(Form.TEXT);

    /** What a field holds. */
    enum Form {
        TEXT,
        INTEGER,
        NUMBER
    }

    /** The members of an entry in JSON. */
    static final List<String> MEMBERS = Stream.concat(
                    Arrays.stream(values()).map(EntryField::wireName), Stream.of("prev_hash", "hash", "detail"))
            .toList();

    private final Form form;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    EntryField(Form form) {
        this.form = form;
    }

    Form form() {
        return form;
    }

    String wireName() {
        return wireName;
    }
}
