package io.sonia.journal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The fields of an audit entry in the order in which they are hashed, stored and shown. The hash covers everything from
 * {@code chain} to {@code detail_hash} and, before it, {@code prev_hash}.
 */
public enum AuditField {
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
    DETAIL_HASH(Form.TEXT),
    PREV_HASH(Form.TEXT),
    HASH(Form.TEXT);

    /** What a field holds; each form has one text, and that is what is hashed. */
    enum Form {
        TEXT,
        INTEGER,
        NUMBER
    }

    /** The fields inside the hash. */
    static final List<AuditField> HASHED = Arrays.stream(values())
            .filter(field -> field.compareTo(PREV_HASH) < 0)
            .toList();

    private final Form form;
    private final String wireName;

    AuditField(Form form) {
        this.form = form;
        this.wireName = name().toLowerCase(Locale.ROOT);
    }

    Form form() {
        return form;
    }

    /** The name in JSON and of the column. */
    public String wireName() {
        return wireName;
    }

    /** All columns, each with the table's alias in front, as in {@code e.chain, e.seq}. */
    static String columns(String alias) {
        return Arrays.stream(values())
                .map(field -> alias + "." + field.wireName())
                .collect(Collectors.joining(", "));
    }
}
