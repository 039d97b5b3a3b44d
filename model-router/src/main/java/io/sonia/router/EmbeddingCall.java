package io.sonia.router;

import java.util.List;

/** One call of one model for the vectors of some texts. */
record EmbeddingCall(String model, List<String> texts, Patience patience) {}
