// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.Output;
import io.ipcq.test.OptionsContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

class ProcessPoolOptionsTest extends OptionsContract<ProcessPoolBuilder, ProcessPoolOptions> {

    private static final ProgressListener LISTENER = progress -> {};

    ProcessPoolOptionsTest() {
        super(ProcessPoolOptions.class);
    }

    @Override
    protected ProcessPoolBuilder builder() {
        return ProcessPool.builder();
    }

    @Override
    protected ProcessPoolOptions options(ProcessPoolBuilder builder) {
        return builder.options();
    }

    @Override
    protected ProcessPoolBuilder from(ProcessPoolOptions options) {
        return builder().options(options);
    }

    @Override
    protected Map<String, Object> others() {
        return Map.ofEntries(
                Map.entry("name", "squares"),
                Map.entry("maxWorkerHeap", "64m"),
                Map.entry("taskTimeout", Duration.ofSeconds(7)),
                Map.entry("endGrace", Duration.ofSeconds(7)),
                Map.entry("workers", 7),
                Map.entry("chunkSize", 7),
                Map.entry("java", Path.of(System.getProperty("java.home"))),
                Map.entry("jvmOptions", List.of("-Xint")),
                Map.entry("environment", Map.of("A", "1")),
                Map.entry("classPath", List.of(Path.of("a.jar"))),
                Map.entry("program", ProcessPoolOptionsTest.class),
                Map.entry("directory", Path.of(".")),
                Map.entry("output", Output.DISCARD),
                Map.entry("debugPort", 5005),
                Map.entry("logLevel", System.Logger.Level.ERROR),
                Map.entry("progress", LISTENER));
    }

    /** Is no option, but a function and what it is called with. */
    @Override
    protected Set<String> beside() {
        return Set.of("initializer");
    }

    @Override
    protected Map<String, String> setters() {
        return Map.of("debugPort", "debug", "maxRestartBackOff", "restartBackOff");
    }

    @Override
    @SuppressWarnings("unchecked") // as others() has them
    protected boolean setOtherwise(ProcessPoolBuilder builder, String option, Object value) {
        switch (option) {
            case "jvmOptions" -> builder.jvmOptions(((List<String>) value).toArray(String[]::new));
            case "restartBackOff" ->
                builder.restartBackOff((Duration) value, builder.options().maxRestartBackOff());
            case "maxRestartBackOff" -> builder.restartBackOff(builder.options().restartBackOff(), (Duration) value);
            default -> {
                return false;
            }
        }
        return true;
    }
}
