// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.TestJvm;
import io.ipcq.test.FaultAgent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Whatever depends on a pool's results blocks, calls the pool, ends it, or fails; in every way to depend on them. */
class PoolDependentsIT {

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @Test
    @Timeout(3_600)
    void shouldGoOnWhateverDependsOnResultsOfThreads() {
        shouldGoOnWhateverDependsOnResults("threads");
    }

    @Tag("once")
    @Test
    @Timeout(3_600)
    void shouldGoOnWhateverDependsOnResultsOfJvms() {
        shouldGoOnWhateverDependsOnResults("jvms");
    }

    private void shouldGoOnWhateverDependsOnResults(String children) {
        List<String> options = new ArrayList<>(FaultAgent.options(directory, "io.ipcq.pool"));
        options.add("-Dipcq.children=" + children);
        options.add("-Djava.io.tmpdir=" + directory);
        options.add("-XX:TieredStopAtLevel=1");
        try (TestJvm jvm = TestJvm.start(options, PoolDependentsProgram.class, directory.toString())) {
            PoolDependentsProgram.lines().forEach(jvm::awaitLine);
            jvm.awaitSuccess();
        }
    }
}
