using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Central;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Keeps the case of a mobile worker in step with the worker, where the project wants it (CC-155).</summary>
public sealed class UserCaseUpdates(UserCases userCases)
{
    /// <summary>After a change of a worker was written. Goes on when the client disconnects.</summary>
    public Task AfterAsync(HttpRequest request, DomainUser caller, MobileWorker worker) =>
        userCases.UpdateAsync(caller.Project, worker.UserId, Senders.Of(request, caller.Actor.Id), CancellationToken.None);
}
