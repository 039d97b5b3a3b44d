package io.sonia.gates;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Code that no process and no command can reach is not there. */
class EveryClassIsWiredTest {

    private static final List<String> ENTRY_POINTS =
            List.of("io.sonia.platform.Main", "io.sonia.cli.Main", "io.sonia.gates.Main", "io.sonia.verifier.Main");
    /** Found by the JDK or by a library by name. */
    private static final List<String> SERVICES_BY_NAME = List.of("io.sonia.kernel.logging.NoSearch");

    @Test
    void everyClassIsReachedFromAnEntryPoint() {
        JavaClasses house = House.classes();
        Set<JavaClass> reached = new HashSet<>();
        Deque<JavaClass> open = new ArrayDeque<>();
        for (JavaClass each : house) {
            if (ENTRY_POINTS.contains(each.getFullName()) || SERVICES_BY_NAME.contains(each.getFullName())) {
                open.add(each);
            }
        }
        assertThat(open).hasSizeGreaterThanOrEqualTo(ENTRY_POINTS.size());
        while (!open.isEmpty()) {
            JavaClass each = open.pop();
            if (reached.add(each)) {
                each.getDirectDependenciesFromSelf().forEach(dependency -> {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (house.contain(target.getFullName())) {
                        open.push(house.get(target.getFullName()));
                    }
                });
            }
        }
        List<String> unreached = house.stream()
                .filter(each -> !reached.contains(each) && !leavesNoTrace(each))
                .map(JavaClass::getFullName)
                .filter(name -> !name.endsWith("package-info"))
                .toList();
        assertThat(unreached).isEmpty();
    }

    /** Constants are copied into their users, and the compiler's own switch tables are nobody's code. */
    private static boolean leavesNoTrace(JavaClass each) {
        boolean constantsOnly = each.getMethods().isEmpty() && !each.getFields().isEmpty() && !each.isRecord();
        return constantsOnly || each.getName().matches(".*\\$\\d+");
    }
}
