using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Workers;

/// <summary>Finds the mobile worker who presents a password.</summary>
public sealed class AuthenticateWorker(WorkersTable workers, PasswordCheck passwords, TimedCache cache)
{
    /// <summary>
    /// Null for an unknown worker and for a wrong password, sent from <paramref name="from"/>. Deactivated and deleted workers with the
    /// right password are found, so that the phone gets an explanation. Cold: one operation. Too many wrong passwords are refused with
    /// 429.1.
    /// </summary>
    public Task<MobileWorker?> ByPasswordAsync(
        ProjectId project,
        string username,
        string password,
        string from,
        CancellationToken cancellationToken
    )
    {
        cache.TryGet(Key(project, username), out MobileWorker? known);
        return passwords.RunAsync(
            $"{project}/{username}",
            password,
            from,
            known,
            () => ReadAsync(project, username, cancellationToken),
            worker => worker.PasswordHash
        );
    }

    internal void Forget(ProjectId project, string username) => cache.Remove(Key(project, username));

    private async Task<MobileWorker?> ReadAsync(ProjectId project, string username, CancellationToken cancellationToken)
    {
        if (!MobileWorker.IsUsername(username) || await workers.FindAsync(project, username, cancellationToken) is not { } worker)
        {
            return null;
        }
        cache.Set(Key(project, username), worker, size: 2048 + (2 * worker.UserData.Sum(pair => pair.Key.Length + pair.Value.Length)));
        return worker;
    }

    private static (string, ProjectId, string) Key(ProjectId project, string username) => ("worker", project, username);
}
