package io.sonia.contracts.gateway;

import io.sonia.kernel.json.WireNamed;

/** How bad an incident is; S1 is the worst. */
public enum Severity implements WireNamed {
    S1,
    S2,
    S3,
    S4;

    @Override
    public String wireName() {
        return name();
    }
}
