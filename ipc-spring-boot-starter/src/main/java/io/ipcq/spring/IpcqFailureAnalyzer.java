// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says why an application does not start, and what to do, in place of a stack trace. */
final class IpcqFailureAnalyzer extends AbstractFailureAnalyzer<SettingException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable root, SettingException cause) {
        return new FailureAnalysis("ipcq: " + cause.what(), cause.action(), cause);
    }
}
