package io.sonia.contracts.evaos;

import java.util.List;

/** Every supervised service in start order. */
public record ServiceList(List<ServiceRecord> services) {}
