// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.ipcq.FileCircles;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class CommandArchitectureTest {

    /** More files than this that only make sense together are more than somebody reads at once. */
    @Test
    void shouldHaveNoLargeCircleOfFiles() {
        Map<String, Set<String>> largest = FileCircles.largest(new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.ipcq.cli"));
        assertThat(largest).containsKey("io.ipcq.cli");
        assertThat(largest).allSatisfy((room, circle) -> assertThat(circle).hasSizeLessThanOrEqualTo(10));
    }
}
