using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Reservations of e-mail addresses, each of which one account has.</summary>
public sealed partial class AccountsTable
{
    /// <summary>
    /// The actor that reserved the address. The caller must compare with the actor's own row: an interrupted sign-up leaves a reservation
    /// without an account. One operation.
    /// </summary>
    internal async Task<ActorId?> FindByEmailAsync(string email, CancellationToken cancellationToken)
    {
        var (partition, row) = AccountKeys.Email(email);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue ? new ActorId(found.Value!.GetInt32(Column.Actor)!.Value) : null;
    }

    /// <summary>
    /// Reserves an address, or returns false when another account has it. A reservation whose account does not have the address is taken
    /// over: at once when that account was deleted, otherwise after two minutes, when no request can still be working on it. An actor's own
    /// reservation is rewritten, so that a concurrent release of it fails.
    /// </summary>
    internal Task<bool> ReserveEmailAsync(string email, ActorId actor, CancellationToken cancellationToken)
    {
        var (partition, row) = AccountKeys.Email(email);
        var reservation = new TableEntity(partition, row) { [Column.Actor] = actor.Value };
        return ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
                if (found.HasValue && !await MayTakeAsync(found.Value!, email, actor, cancellationToken))
                {
                    return false;
                }
                await (
                    found.HasValue
                        ? _table.UpdateEntityAsync(reservation, found.Value!.ETag, TableUpdateMode.Replace, cancellationToken)
                        : _table.AddEntityAsync(reservation, cancellationToken)
                );
                return true;
            },
            cancellationToken
        );
    }

    private async Task<bool> MayTakeAsync(TableEntity reservation, string email, ActorId actor, CancellationToken cancellationToken)
    {
        var holder = new ActorId(reservation.GetInt32(Column.Actor)!.Value);
        return holder == actor
            || await FindAsync(null, holder, cancellationToken) switch
            {
                { DeletedAt: not null } => true,
                { } account when account.Email == AccountKeys.Normalise(email) => false,
                _ => reservation.Timestamp < DateTimeOffset.UtcNow.AddMinutes(-2),
            };
    }

    /// <summary>Releases an address that this actor reserved but does not have.</summary>
    internal async Task ReleaseEmailAsync(string email, ActorId actor, CancellationToken cancellationToken)
    {
        var (partition, row) = AccountKeys.Email(email);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        if (
            !found.HasValue
            || found.Value!.GetInt32(Column.Actor) != actor.Value
            || (
                await FindAsync(null, actor, cancellationToken) is { DeletedAt: null } account
                && account.Email == AccountKeys.Normalise(email)
            )
        )
        {
            return;
        }
        try
        {
            await _table.DeleteEntityAsync(partition, row, found.Value.ETag, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            // A concurrent request reserved it again.
        }
    }
}
