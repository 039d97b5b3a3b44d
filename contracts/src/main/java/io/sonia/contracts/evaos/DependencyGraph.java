package io.sonia.contracts.evaos;

import java.util.List;
import java.util.Map;

/**
 * What each service cannot live without.
 *
 * @param order all services, each after those it needs; the reverse is the order of stopping
 */
public record DependencyGraph(Map<String, List<String>> graph, List<String> order) {}
