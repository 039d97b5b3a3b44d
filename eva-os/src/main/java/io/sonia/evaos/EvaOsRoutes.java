package io.sonia.evaos;

import io.sonia.contracts.audit.HeadRequest;
import io.sonia.contracts.audit.NotaryKeyList;
import io.sonia.contracts.audit.SignedHead;
import io.sonia.contracts.audit.SignedHeads;
import io.sonia.contracts.evaos.AlertAcknowledge;
import io.sonia.contracts.evaos.AlertAnswer;
import io.sonia.contracts.evaos.AlertFilter;
import io.sonia.contracts.evaos.AlertList;
import io.sonia.contracts.evaos.AlertTrial;
import io.sonia.contracts.evaos.AmendAnswer;
import io.sonia.contracts.evaos.AmendRequest;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalFilter;
import io.sonia.contracts.evaos.ApprovalList;
import io.sonia.contracts.evaos.ApprovalWait;
import io.sonia.contracts.evaos.ApproveAnswer;
import io.sonia.contracts.evaos.ApproveRequest;
import io.sonia.contracts.evaos.CancelRequest;
import io.sonia.contracts.evaos.ConsumeAnswer;
import io.sonia.contracts.evaos.ConsumeRequest;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.evaos.GrantAnswer;
import io.sonia.contracts.evaos.KeyRevoke;
import io.sonia.contracts.evaos.KeyRevoked;
import io.sonia.contracts.evaos.KeyRotate;
import io.sonia.contracts.evaos.KeyRotated;
import io.sonia.contracts.evaos.KillSwitchChange;
import io.sonia.contracts.evaos.KillSwitchChanged;
import io.sonia.contracts.evaos.KillSwitchList;
import io.sonia.contracts.evaos.OutcomeAnswer;
import io.sonia.contracts.evaos.OutcomeRequest;
import io.sonia.contracts.evaos.PolicyAnswer;
import io.sonia.contracts.evaos.PolicyProposal;
import io.sonia.contracts.evaos.PolicyProposed;
import io.sonia.contracts.evaos.PolicyQuery;
import io.sonia.contracts.evaos.ServiceRotate;
import io.sonia.contracts.evaos.ServiceRotated;
import io.sonia.contracts.evaos.TaskAnswer;
import io.sonia.contracts.evaos.TaskCreate;
import io.sonia.contracts.evaos.TaskCreated;
import io.sonia.contracts.evaos.TaskDeleted;
import io.sonia.contracts.evaos.TaskFilter;
import io.sonia.contracts.evaos.TaskList;
import io.sonia.contracts.evaos.TaskUpdate;
import io.sonia.contracts.evaos.UserAnswer;
import io.sonia.contracts.evaos.UserCreate;
import io.sonia.contracts.evaos.UserCreated;
import io.sonia.contracts.evaos.UserDeleted;
import io.sonia.contracts.evaos.UserFilter;
import io.sonia.contracts.evaos.UserList;
import io.sonia.contracts.evaos.UserUpdate;
import io.sonia.contracts.evaos.VerifiersQuery;
import io.sonia.contracts.evaos.WhoAmI;
import io.sonia.contracts.events.Event;
import io.sonia.contracts.events.EventBatch;
import io.sonia.contracts.events.EventFilter;
import io.sonia.contracts.events.EventList;
import io.sonia.contracts.events.EventStreamQuery;
import io.sonia.contracts.events.EventsTaken;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.identity.VerifierSet;
import java.util.List;

/** What EVA-OS serves over HTTP. */
record EvaOsRoutes(
        Gate gate,
        Approvals approvals,
        Amendments amendments,
        Grants grants,
        Tasks tasks,
        PolicyInForce policy,
        PolicyUpdates updates,
        KillSwitches stops,
        Identities identities,
        PublishedKeys keys,
        Persons persons,
        Notary notary,
        Events events,
        Alerts alerts) {

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.GATE, GateRequest.class, GateAnswer.class, gate::judge),
                Route.of(Operation.APPROVE, ApproveRequest.class, ApproveAnswer.class, approvals::decide),
                Route.of(Operation.APPROVAL_LIST, ApprovalFilter.class, ApprovalList.class, approvals::list),
                Route.of(Operation.APPROVAL_GET, ApprovalWait.class, Approval.class, approvals::get),
                Route.of(Operation.APPROVAL_CANCEL, CancelRequest.class, Approval.class, approvals::cancel),
                Route.of(Operation.APPROVAL_AMEND, AmendRequest.class, AmendAnswer.class, amendments::amend),
                Route.of(Operation.APPROVAL_GRANT, GrantAnswer.class, grants::grant),
                Route.of(Operation.APPROVAL_CONSUME, ConsumeRequest.class, ConsumeAnswer.class, grants::consume),
                Route.of(Operation.APPROVAL_OUTCOME, OutcomeRequest.class, OutcomeAnswer.class, grants::outcome),
                Route.of(Operation.TASK_LIST, TaskFilter.class, TaskList.class, tasks::list),
                Route.of(Operation.TASK_CREATE, TaskCreate.class, TaskCreated.class, tasks::create),
                Route.of(Operation.TASK_GET, TaskAnswer.class, tasks::get),
                Route.of(Operation.TASK_UPDATE, TaskUpdate.class, TaskAnswer.class, tasks::update),
                Route.of(Operation.TASK_DELETE, TaskDeleted.class, tasks::delete),
                Route.of(Operation.POLICY_GET, PolicyQuery.class, PolicyAnswer.class, policy::show),
                Route.of(Operation.POLICY_EVALUATE, EvaluateRequest.class, EvaluateAnswer.class, policy::evaluate),
                Route.of(Operation.POLICY_PROPOSE, PolicyProposal.class, PolicyProposed.class, updates::propose),
                Route.of(Operation.KILL_GET, KillSwitchList.class, stops::list),
                Route.of(Operation.KILL_SET, KillSwitchChange.class, KillSwitchChanged.class, stops::change),
                Route.of(Operation.AUTH_WHOAMI, WhoAmI.class, identities::whoAmI),
                Route.of(Operation.AUTH_VERIFIERS, VerifiersQuery.class, VerifierSet.class, keys::poll),
                Route.of(Operation.AUTH_ROTATE_SERVICE, ServiceRotate.class, ServiceRotated.class, identities::rotate),
                Route.of(Operation.USER_CREATE, UserCreate.class, UserCreated.class, persons::create),
                Route.of(Operation.USER_LIST, UserFilter.class, UserList.class, persons::list),
                Route.of(Operation.USER_GET, UserAnswer.class, persons::get),
                Route.of(Operation.USER_UPDATE, UserUpdate.class, UserAnswer.class, persons::update),
                Route.of(Operation.USER_DELETE, UserDeleted.class, persons::delete),
                Route.of(Operation.USER_ROTATE, KeyRotate.class, KeyRotated.class, persons::rotate),
                Route.of(Operation.USER_REVOKE, KeyRevoke.class, KeyRevoked.class, persons::revoke),
                Route.of(Operation.NOTARY_SIGN, HeadRequest.class, SignedHead.class, notary::sign),
                Route.of(Operation.NOTARY_HEADS, SignedHeads.class, notary::list),
                Route.of(Operation.NOTARY_KEYS, NotaryKeyList.class, notary::keys),
                Route.of(Operation.NOTARY_ROTATE, NotaryKeyList.class, notary::rotate),
                Route.of(Operation.EVENT_PUBLISH, EventBatch.class, EventsTaken.class, events::publish),
                Route.of(Operation.EVENT_LIST, EventFilter.class, EventList.class, events::list),
                Route.of(Operation.EVENT_STREAM, EventStreamQuery.class, Event.class, events::follow),
                Route.of(Operation.ALERT_LIST, AlertFilter.class, AlertList.class, alerts::list),
                Route.of(Operation.ALERT_ACKNOWLEDGE, AlertAcknowledge.class, AlertAnswer.class, alerts::acknowledge),
                Route.of(Operation.ALERT_TEST, AlertTrial.class, AlertAnswer.class, alerts::test));
    }
}
