package io.sonia.testkit;

import java.util.List;

/** A model a fake server lists. */
public record FakeModel(String name, List<String> capabilities, int contextLength) {

    public static FakeModel of(String name) {
        return new FakeModel(name, List.of("completion", "tools"), 32_768);
    }
}
