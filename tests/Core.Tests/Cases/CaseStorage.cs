using System.Security.Cryptography;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Tests.Cases;

/// <summary>The case tables on the emulator, in a project of its own for each test.</summary>
internal sealed class CaseStorage
{
    private CaseStorage(StorageAccount storage)
    {
        var bodies = new CasesContainer(storage);
        (Cases, Owners, Indices) = (new CasesTable(storage, bodies), new CaseOwnersTable(storage, bodies), new CaseIndicesTable(storage));
        Write = new WriteCases(Cases, Owners, Indices, TimeProvider.System);
        OwnerRows = storage.Table(StorageNames.CaseOwnersTable);
    }

    public ProjectId Project { get; } = new(RandomNumberGenerator.GetInt32(int.MaxValue));

    public CasesTable Cases { get; }

    public CaseOwnersTable Owners { get; }

    public CaseIndicesTable Indices { get; }

    public WriteCases Write { get; }

    public TableClient OwnerRows { get; }

    public static async Task<CaseStorage> CreateAsync()
    {
        var storage = new StorageAccount(
            Options.Create(new StorageOptions { ConnectionString = await TestStorage.ConnectionStringAsync() })
        );
        await storage.StartAsync(CancellationToken.None);
        return new CaseStorage(storage);
    }

    public CaseId NewId() => CaseId.TryParse($"{Project}-{Guid.NewGuid():N}", out var id) ? id : throw new InvalidOperationException();

    public Case NewCase(CaseId id, string owner) =>
        new(id, Project)
        {
            Version = 1,
            Type = "patient",
            Name = "Amina",
            Owner = new OwnerId(owner),
            ModifiedOn = DateTimeOffset.UnixEpoch,
        };

    public async Task<Case> GetAsync(CaseId id) => (await Cases.FindAsync(id, CancellationToken.None))!.Value.Case;

    public async Task<IReadOnlyList<CaseWrite>> ChangeAsync(CaseId id, Func<Case?, Case?> change, bool again = false) =>
        await Write.ChangeAsync(
            [(id, await Cases.FindAsync(id, CancellationToken.None))],
            (_, current) => new ValueTask<Case?>(change(current)),
            again,
            CancellationToken.None
        );

    public ValueTask<List<OwnedCase>> ListAsync(string owner, DateTimeOffset? since = null) =>
        Owners.ListAsync(Project, new OwnerId(owner), since, CancellationToken.None).ToListAsync();

    public ValueTask<int> RowsAsync(string owner) =>
        OwnerRows.QueryAsync<TableEntity>($"PartitionKey eq '{CaseKeys.OwnerPartition(Project, new OwnerId(owner))}'").CountAsync();

    public static CaseTransaction Transaction(string instance, int version) =>
        new(new CaseForm(1, InstanceId.Parse(instance), InstanceId.Parse(instance), "hash"), version, DateTimeOffset.UnixEpoch, null);
}
