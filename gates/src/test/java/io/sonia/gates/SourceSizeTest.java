package io.sonia.gates;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Files and methods stay small enough to be read at once. */
class SourceSizeTest {

    private static final int MAX_FILE = 500;
    private static final int MAX_METHOD = 70;

    @Test
    void noFileIsLongerThanFiveHundredLines() throws IOException {
        List<String> bad = new ArrayList<>();
        for (Path file : House.everySource()) {
            try (var lines = Files.lines(file)) {
                long count = lines.count();
                if (count > MAX_FILE) {
                    bad.add(file.getFileName() + " has " + count);
                }
            }
        }
        assertThat(bad).isEmpty();
    }

    @Test
    void noMethodIsLongerThanSeventyLines() throws IOException {
        List<String> bad = new ArrayList<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, null, null, files.getJavaFileObjectsFromPaths(House.sources()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitMethod(MethodTree method, Void none) {
                        long start = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, method));
                        long end = positions.getEndPosition(unit, method);
                        if (end >= 0 && unit.getLineMap().getLineNumber(end) - start + 1 > MAX_METHOD) {
                            bad.add(unit.getSourceFile().getName() + " " + method.getName());
                        }
                        return super.visitMethod(method, null);
                    }
                }.scan(unit, null);
            }
        }
        assertThat(bad).isEmpty();
    }
}
