package io.sonia.evaos.supervision;

import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.settings.ServicesConfig;

/** Values that several tests need. */
final class Samples {

    static final SupervisionConfig CONFIG = Shape.of(SupervisionConfig.class).read(Json.parseObject("{}"));
    static final ServicesConfig SERVICES = Shape.of(ServicesConfig.class).read(Json.parseObject("{}"));

    private Samples() {}
}
