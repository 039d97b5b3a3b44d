package io.sonia.kernel.http;

/**
 * One part of what a service took up from its former life, in the order in which it did.
 *
 * @param ordinal counts from 1
 * @param rows how many were open
 */
public record RestorePhase(String phase, int ordinal, long rows) {}
