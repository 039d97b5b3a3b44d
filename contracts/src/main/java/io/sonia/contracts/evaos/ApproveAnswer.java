package io.sonia.contracts.evaos;

/** A decision taken; {@code status} stays pending while another person has to agree. */
public record ApproveAnswer(Approval approval, ApprovalState status, long fenceToken) {}
