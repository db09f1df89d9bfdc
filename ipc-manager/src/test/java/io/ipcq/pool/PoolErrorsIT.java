// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.TestJvm;
import io.ipcq.test.FaultAgent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lets errors come up in a pool that are not alone: where another one is dealt with, or for as long as no thread can be
 * had. {@link PoolFaultLoopIT} has one of them at a time, at every place.
 */
@Tag("once")
class PoolErrorsIT {

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"threads", "jvms"})
    @Timeout(3_600)
    void shouldGoOnAfterErrorsThatAreNotAlone(String children) {
        List<String> options = new ArrayList<>(FaultAgent.options(directory, "io.ipcq.pool"));
        options.add("-Dipcq.children=" + children);
        options.add("-Dslf4j.provider=" + PrintingLogProvider.class.getName());
        options.add("-Djava.io.tmpdir=" + directory);
        options.add("-XX:TieredStopAtLevel=1");
        try (TestJvm jvm = TestJvm.start(options, PoolErrorsProgram.class)) {
            for (PoolErrorsProgram.Scenario scenario : PoolErrorsProgram.scenarios(children.equals("threads"))) {
                jvm.awaitLine(scenario.name());
            }
            jvm.awaitSuccess();
        }
    }
}
