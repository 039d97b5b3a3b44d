package io.sonia.gateway;

import io.sonia.contracts.gateway.TurnRequest;

/** What a turn is to answer, and how the model is to be asked for it. */
record TurnTask(TurnRequest request, ModelWish wish) {}
