package io.sonia.evaos.supervision;

import io.sonia.kernel.ServiceName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How a service is run as a process.
 *
 * @param argv the program's absolute path and its arguments
 * @param environment all variables the process sees; none are inherited
 * @param stdout the file that standard output and error are appended to; its folder must exist
 * @param port where the service will listen
 */
public record ChildPlan(
        ServiceName service, List<String> argv, Map<String, String> environment, Path stdout, int port) {

    public ChildPlan {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        if (service == ServiceName.EVA_OS) {
            throw new IllegalArgumentException(service + " runs the others and is run by its launcher");
        }
    }
}
