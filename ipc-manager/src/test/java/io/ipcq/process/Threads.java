// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs a suite that was written for processes with children that are threads. */
public final class Threads implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {

    private static final String PROPERTY = "ipcq.children";

    @Override
    public void beforeAll(ExtensionContext context) {
        System.setProperty(PROPERTY, "threads");
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        System.setProperty(PROPERTY, "threads");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        System.clearProperty(PROPERTY);
    }

    /** Leaves a test out that makes no sense here; all of these have a reason. */
    public static void leaveOut(TestInfo test, Map<String, String> reasons) {
        String reason = reasons.get(test.getTestMethod().orElseThrow().getName());
        Assumptions.assumeTrue(reason == null, reason);
    }

    /** That nothing is left out that does not exist. */
    public static void verify(Class<?> suite, Map<String, String> reasons) {
        assertThat(Stream.of(suite.getDeclaredMethods()).map(method -> method.getName()))
                .containsAll(reasons.keySet());
    }
}
