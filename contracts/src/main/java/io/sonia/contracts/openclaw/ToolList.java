package io.sonia.contracts.openclaw;

import java.util.List;

/** The tools that match a filter, by name. */
public record ToolList(List<ToolCard> tools, int total) {}
