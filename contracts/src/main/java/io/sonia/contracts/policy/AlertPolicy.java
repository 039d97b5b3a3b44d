package io.sonia.contracts.policy;

/** What the policy says of alerts. */
public record AlertPolicy(AlertRouting routing, IncidentEscalation escalation) {}
