package io.sonia.kernel.json;

/** A constant whose wire name is not its Java name in lower case. */
public interface WireNamed {
    String wireName();
}
