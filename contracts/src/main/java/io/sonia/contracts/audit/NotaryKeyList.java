package io.sonia.contracts.audit;

import java.util.List;

/** All keys of the notary, oldest first. */
public record NotaryKeyList(List<NotaryKey> keys) {}
