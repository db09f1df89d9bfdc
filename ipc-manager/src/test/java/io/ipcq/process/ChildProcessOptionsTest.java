// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.test.OptionsContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

class ChildProcessOptionsTest extends OptionsContract<ChildProcessBuilder, ChildProcessOptions> {

    ChildProcessOptionsTest() {
        super(ChildProcessOptions.class);
    }

    @Override
    protected ChildProcessBuilder builder() {
        return ChildProcess.builder();
    }

    @Override
    protected ChildProcessOptions options(ChildProcessBuilder builder) {
        return builder.options();
    }

    @Override
    protected ChildProcessBuilder from(ChildProcessOptions options) {
        return builder().options(options);
    }

    @Override
    protected Map<String, Object> others() {
        return Map.ofEntries(
                Map.entry("name", "writer"),
                Map.entry("java", Path.of(System.getProperty("java.home"))),
                Map.entry("yieldingOptions", List.of("-Xss1m")),
                Map.entry("jvmOptions", List.of("-Xmx64m", "-Xint")),
                Map.entry("environment", Map.of("A", "1")),
                Map.entry("directory", Path.of(".")),
                Map.entry("classPath", List.of(Path.of("a.jar"))),
                Map.entry("program", ChildProcessOptionsTest.class),
                Map.entry("output", Output.DISCARD),
                Map.entry("logLevel", System.Logger.Level.ERROR),
                Map.entry("startMethod", StartMethod.STANDBY),
                Map.entry("debugPort", 5005));
    }

    /** Sets JVM options. */
    @Override
    protected Set<String> beside() {
        return Set.of("heap");
    }

    @Override
    protected Map<String, String> setters() {
        return Map.of("debugPort", "debug", "reserveIdle", "reserve");
    }

    @Override
    @SuppressWarnings("unchecked") // as others() has them
    protected boolean setOtherwise(ChildProcessBuilder builder, String option, Object value) {
        switch (option) {
            case "yieldingOptions" -> builder.yieldingOptions(((List<String>) value).toArray(String[]::new));
            case "jvmOptions" -> builder.jvmOptions(((List<String>) value).toArray(String[]::new));
            case "reserve" -> builder.reserve((int) value, builder.options().reserveIdle());
            case "reserveIdle" -> builder.reserve(builder.options().reserve(), (Duration) value);
            default -> {
                return false;
            }
        }
        return true;
    }
}
