package io.sonia.kernel.http;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One thing a service needs to be able to work; {@code problem} gives null when it has it, else a word why not. */
public record ReadinessCheck(String name, Supplier<@Nullable String> problem) {}
