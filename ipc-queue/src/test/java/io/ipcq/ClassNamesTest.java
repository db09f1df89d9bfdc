// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class ClassNamesTest {

    /** A name in a stack trace, a log or a conversation says which class is meant. */
    @Test
    void shouldGiveEachClassANameOfItsOwn() throws IOException {
        Map<String, List<Path>> byName = new TreeMap<>();
        for (String modules : List.of("ipc-*", "kafka-*")) {
            for (Path sources : SourceTree.modules(modules, "src/main/java")) {
                for (Path source : SourceTree.sources(sources)) {
                    byName.computeIfAbsent(source.getFileName().toString(), any -> new ArrayList<>())
                            .add(source);
                }
            }
        }
        byName.keySet().removeAll(List.of("package-info.java", "module-info.java"));
        assertThat(byName).hasSizeGreaterThan(500);
        assertThat(byName.values()).allSatisfy(sources -> assertThat(sources).hasSize(1));
    }
}
