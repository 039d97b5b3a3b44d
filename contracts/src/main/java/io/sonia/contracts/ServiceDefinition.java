package io.sonia.contracts;

import io.sonia.journal.Migration;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.settings.Section;
import java.util.List;
import java.util.function.Function;

/**
 * How a service is made.
 *
 * @param sections its settings, beside the kernel's
 * @param migrations its own tables
 * @param sideBySide whether several processes of it may serve at the same time; of the others one leads
 */
public record ServiceDefinition(
        ServiceName name,
        List<Section<?>> sections,
        List<Migration> migrations,
        Function<ServiceParts, ServiceModule> factory,
        boolean sideBySide) {

    /** A service of which one process leads. */
    public ServiceDefinition(
            ServiceName name,
            List<Section<?>> sections,
            List<Migration> migrations,
            Function<ServiceParts, ServiceModule> factory) {
        this(name, sections, migrations, factory, false);
    }
}
