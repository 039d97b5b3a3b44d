package io.sonia.kernel.http;

/** The input of a route that takes neither body nor query. */
public record Empty() {}
