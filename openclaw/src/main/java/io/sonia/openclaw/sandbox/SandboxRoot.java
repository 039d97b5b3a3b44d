package io.sonia.openclaw.sandbox;

import java.nio.file.Path;

/**
 * A folder below which tools may work.
 *
 * @param named the absolute path as configured; callers and results speak of it
 * @param real where it is, links resolved once at start; only this one is ever opened
 * @param writable false if tools may only read there
 */
public record SandboxRoot(Path named, Path real, boolean writable) {}
