package io.sonia.openclaw.tools;

import io.sonia.kernel.json.WireNamed;

/** How the bytes of a file stand in JSON. */
public enum Encoding implements WireNamed {
    UTF_8("utf-8"),
    BASE64("base64");

    private final String wireName;

    Encoding(String wireName) {
        this.wireName = wireName;
    }

    @Override
    public String wireName() {
        return wireName;
    }
}
