package io.sonia.gateway;

import io.sonia.contracts.gateway.SloStatus;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.util.List;

/** How the latency objectives are kept, over HTTP. */
final class SloRoutes {

    private final SloController controller;

    SloRoutes(SloController controller) {
        this.controller = controller;
    }

    List<Route<?>> list() {
        return List.of(Route.of(Operation.SLO_STATUS, SloStatus.class, this::status));
    }

    private Reply status(Call<Empty> call) {
        return Reply.ok(controller.status());
    }
}
