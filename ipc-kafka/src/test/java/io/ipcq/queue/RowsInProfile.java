// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.lang.reflect.Method;
import java.util.Set;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Leaves the longer part of the contract to the profile {@code soak}: each row makes a queue of three topics. */
final class RowsInProfile implements ExecutionCondition {

    private static final boolean ALL = Boolean.getBoolean("ipcq.kafka.rows");

    static final Set<String> ALWAYS = Set.of(
            "shouldTakeInTheOrderOfPut",
            "shouldWakeAsManyConsumersAsElementsCome",
            "shouldSayThatItIsFull",
            "shouldKeepOfBatchWhatTargetOfDrainRefuses",
            "shouldTakeNoNoticeOfInterruptWhereNothingWaits",
            "shouldEndWaitByInterrupt",
            "shouldSettleEachElementAllTheSameWhenInterrupted",
            "shouldDrainAfterShutdownAndThenSayThatItIsOver",
            "shouldWakeAllWhoWaitByClose",
            "shouldStayWhenClosedAndGoWhenDeleted",
            "shouldJoinWhenEveryTaskIsDone",
            "shouldArriveAttachedToTheSameQueue");

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String name = context.getTestMethod().map(Method::getName).orElse("");
        return ALL || name.isEmpty() || ALWAYS.contains(name)
                ? ConditionEvaluationResult.enabled("in each build")
                : ConditionEvaluationResult.disabled("with -Psoak, or -Dipcq.kafka.rows=true");
    }
}
