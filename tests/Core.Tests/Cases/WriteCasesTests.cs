using System.Globalization;
using System.Security.Cryptography;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using Xunit;

namespace ServerlessRosa.Core.Tests.Cases;

public sealed class WriteCasesTests
{
    [Fact]
    public async Task Written_cases_are_read_back()
    {
        var storage = await CaseStorage.CreateAsync();
        var (id, parent) = (storage.NewId(), storage.NewId());
        var written = storage.NewCase(id, "u1") with
        {
            Closed = true,
            OpenedOn = DateTimeOffset.UnixEpoch,
            ClosedOn = DateTimeOffset.UnixEpoch.AddTicks(1234567),
            ExternalId = "é\u0001😀",
            Properties = new Dictionary<string, string> { ["dob"] = "2015-09-02", ["empty"] = "" },
            Indices = [new("parent", parent, "household", CaseRelationship.Child), new("gone", null, "", CaseRelationship.Extension)],
            Transactions = [CaseStorage.Transaction("uuid:1", 1)],
        };

        await storage.ChangeAsync(id, _ => written);

        var read = await storage.GetAsync(id);
        Assert.Equivalent(written with { Revision = 1, ServerModifiedOn = read.ServerModifiedOn }, read, strict: true);
        var owned = Assert.Single(await storage.ListAsync("u1"));
        Assert.Equal(
            (id, 1, 1, read.ServerModifiedOn, true, false, 0),
            (owned.Id, owned.Version, owned.Revision, owned.ServerModifiedOn, owned.Closed, owned.Deleted, owned.Extensions)
        );
        Assert.Equal(written.Indices, owned.Indices);
        Assert.Equivalent(read with { Transactions = [] }, await owned.UnpackAsync(CancellationToken.None), strict: true);
        Assert.Equal(
            [new CaseReference(id, parent, CaseRelationship.Child)],
            await storage.Indices.ListSourcesAsync(storage.Project, parent, CancellationToken.None).ToListAsync()
        );
    }

    [Fact]
    public async Task Of_many_writers_at_once_none_is_lost_and_readers_see_the_newest()
    {
        const int Writers = 24;
        var storage = await CaseStorage.CreateAsync();
        var id = storage.NewId();

        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(writer =>
                    storage.ChangeAsync(
                        id,
                        current =>
                        {
                            var before = current ?? storage.NewCase(id, "u0") with { Version = 0 };
                            return before with
                            {
                                Version = before.Version + 1,
                                Owner = new OwnerId(writer % 4 == 0 ? "u1" : "u0"),
                                Properties = new Dictionary<string, string>(before.Properties) { [$"p{writer}"] = "1" },
                                Transactions = [.. before.Transactions, CaseStorage.Transaction($"f{writer}", before.Version + 1)],
                            };
                        }
                    )
                )
        );

        var written = await storage.GetAsync(id);
        Assert.Equal((Writers, Writers, Writers), (written.Version, written.Revision, written.Properties.Count));
        Assert.Equal(Enumerable.Range(1, Writers), written.Transactions.Select(transaction => transaction.Version));
        var other = written.Owner.Value == "u0" ? "u1" : "u0";
        Assert.Equal(written.Revision, Assert.Single(await storage.ListAsync(written.Owner.Value)).Revision);
        Assert.Equal(written.Owner, Assert.Single(await storage.ListAsync(other)).MovedTo);
    }

    [Fact]
    public async Task A_case_that_moves_leaves_a_tombstone_and_takes_it_back_when_it_returns()
    {
        var storage = await CaseStorage.CreateAsync();
        var id = storage.NewId();
        await storage.ChangeAsync(id, _ => storage.NewCase(id, "u1"));

        await storage.ChangeAsync(id, current => current! with { Owner = new OwnerId("u2"), Version = 2 });
        Assert.Equal(
            (new OwnerId("u2"), 2),
            Assert.Single(await storage.ListAsync("u1")) is var gone ? (gone.MovedTo, gone.Version) : default
        );
        Assert.Null(Assert.Single(await storage.ListAsync("u2")).MovedTo);

        await storage.ChangeAsync(id, current => current! with { Owner = new OwnerId("u1"), Version = 3 });
        Assert.Null(Assert.Single(await storage.ListAsync("u1")).MovedTo);
        Assert.Equal(new OwnerId("u1"), Assert.Single(await storage.ListAsync("u2")).MovedTo);
        Assert.Equal((1, 1), (await storage.RowsAsync("u1"), await storage.RowsAsync("u2")));
    }

    [Fact]
    public async Task A_case_that_moves_and_gains_an_extension_at_once_leaves_its_tombstone()
    {
        var storage = await CaseStorage.CreateAsync();
        var (host, extension) = (storage.NewId(), storage.NewId());
        await storage.ChangeAsync(host, _ => storage.NewCase(host, "u1"));

        await storage.Write.ChangeAsync(
            [(host, await storage.Cases.FindAsync(host, CancellationToken.None)), (extension, null)],
            (id, current) =>
                new ValueTask<Case?>(
                    id == host
                        ? current! with
                        {
                            Owner = new OwnerId("u2"),
                            Version = 2,
                        }
                        : storage.NewCase(id, "u2") with
                        {
                            Indices = [new("host", host, "patient", CaseRelationship.Extension)],
                        }
                ),
            again: false,
            CancellationToken.None
        );

        Assert.Equal(new OwnerId("u2"), Assert.Single(await storage.ListAsync("u1")).MovedTo);
        Assert.Equal([1, 0], (await storage.ListAsync("u2")).OrderBy(one => one.Id == extension).Select(one => one.Extensions));
        Assert.Equal((1, 2), (await storage.RowsAsync("u1"), await storage.RowsAsync("u2")));
    }

    [Fact]
    public async Task An_interrupted_write_is_completed_by_the_next_one()
    {
        var storage = await CaseStorage.CreateAsync();
        var (host, id) = (storage.NewId(), storage.NewId());
        await storage.ChangeAsync(host, _ => storage.NewCase(host, "u9"));
        await storage.ChangeAsync(id, _ => storage.NewCase(id, "u1"));
        var before = (await storage.Cases.FindAsync(id, CancellationToken.None))!.Value;
        // As if the process had ended right after it wrote the case.
        var moved = before.Case with
        {
            Version = 2,
            Revision = 2,
            Owner = new OwnerId("u2"),
            FormerOwners = [new(new OwnerId("u1"), 2)],
            Indices = [new("host", host, "patient", CaseRelationship.Extension)],
        };
        Assert.True(await storage.Cases.TryWriteAsync(moved, before.ETag, CancellationToken.None));

        await storage.ChangeAsync(id, current => current, again: true);

        var copy = Assert.Single(await storage.ListAsync("u2"));
        Assert.Equal((2, 3), (copy.Version, copy.Revision));
        Assert.True(copy.ServerModifiedOn > before.Case.ServerModifiedOn);
        Assert.Equal(new OwnerId("u2"), Assert.Single(await storage.ListAsync("u1")).MovedTo);
        Assert.Equal(1, (await storage.GetAsync(host)).Extensions);
        Assert.Single(await storage.Indices.ListSourcesAsync(storage.Project, host, CancellationToken.None).ToListAsync());
        Assert.Equal((1, 1), (await storage.RowsAsync("u1"), await storage.RowsAsync("u2")));
    }

    [Fact]
    public async Task A_late_writer_does_not_hide_a_newer_row()
    {
        var storage = await CaseStorage.CreateAsync();
        var id = storage.NewId();
        var first = Assert.Single(await storage.ChangeAsync(id, _ => storage.NewCase(id, "u1")));
        var second = new CaseWrite(first.After, first.After with { Version = 2, Revision = 2 });
        var third = new CaseWrite(second.After, second.After with { Version = 3, Revision = 3 });

        await storage.Owners.UpdateOwnersAsync([third], CancellationToken.None);
        Assert.Equal(1, await storage.RowsAsync("u1"));
        await storage.Owners.UpdateOwnersAsync([second], CancellationToken.None);

        Assert.Equal(3, Assert.Single(await storage.ListAsync("u1")).Version);
        Assert.Equal(3, Assert.Single(await storage.ListAsync("u1", first.After.ServerModifiedOn)).Version);
    }

    [Fact]
    public async Task A_list_by_time_contains_later_changes()
    {
        var storage = await CaseStorage.CreateAsync();
        var ids = Enumerable.Range(0, 5).Select(_ => storage.NewId()).ToList();
        await storage.Write.ChangeAsync(
            [.. ids.Select(id => (id, ((Case, Azure.ETag)?)null))],
            (id, _) => new ValueTask<Case?>(storage.NewCase(id, "u1")),
            false,
            CancellationToken.None
        );
        var write = Assert.Single(await storage.ChangeAsync(ids[2], current => current! with { Version = 2 }));

        Assert.Equal(5, (await storage.ListAsync("u1")).Count);
        Assert.Equal(ids[2], Assert.Single(await storage.ListAsync("u1", write.After.ServerModifiedOn)).Id);
        Assert.Empty(await storage.ListAsync("u1", write.After.ServerModifiedOn.AddSeconds(1)));
        Assert.Empty(await storage.ListAsync("u2"));
    }

    [Fact]
    public async Task Lists_go_over_pages_and_hold_each_case_once()
    {
        var storage = await CaseStorage.CreateAsync();
        var ids = Enumerable.Range(0, 1100).Select(_ => storage.NewId()).ToList();
        var writes = ids.Select(id => new CaseWrite(null, storage.NewCase(id, "u1") with { Revision = 1 })).ToList();
        await storage.Owners.UpdateOwnersAsync(writes, CancellationToken.None);
        await storage.Owners.UpdateOwnersAsync(
            [.. writes.Select(write => new CaseWrite(null, write.After with { Version = 2, Revision = 2 }))],
            CancellationToken.None
        );

        Assert.Equal(2200, await storage.RowsAsync("u1"));
        var listed = await storage.ListAsync("u1");
        Assert.Equal(ids.Select(id => id.Value).Order(), listed.Select(one => one.Id.Value).Order());
        Assert.All(listed, one => Assert.Equal(2, one.Version));
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(1_500_000)]
    public async Task A_case_larger_than_a_property_or_a_row_is_kept_whole(int bytes)
    {
        var storage = await CaseStorage.CreateAsync();
        var ids = new[] { storage.NewId(), storage.NewId(), storage.NewId() };
        var properties = Enumerable
            .Range(0, 10)
            .ToDictionary(
                i => i.ToString(CultureInfo.InvariantCulture),
                _ => Convert.ToHexString(RandomNumberGenerator.GetBytes(bytes / 10))
            );

        await storage.Write.ChangeAsync(
            [.. ids.Select(id => (id, ((Case, Azure.ETag)?)null))],
            (id, _) => new ValueTask<Case?>(storage.NewCase(id, "u1") with { Properties = properties }),
            false,
            CancellationToken.None
        );

        Assert.Equal(properties, (await storage.GetAsync(ids[0])).Properties);
        foreach (var owned in await storage.ListAsync("u1"))
        {
            Assert.Equal(properties, (await owned.UnpackAsync(CancellationToken.None)).Properties);
        }
    }

    [Fact]
    public async Task A_case_of_another_project_is_recognised_and_its_owners_get_none_of_this_project()
    {
        var (ours, theirs) = (await CaseStorage.CreateAsync(), await CaseStorage.CreateAsync());
        var id = ours.NewId();
        await theirs.ChangeAsync(id, _ => theirs.NewCase(id, "u1"));

        Assert.Equal(theirs.Project, (await ours.GetAsync(id)).Project);
        Assert.Empty(await ours.ListAsync("u1"));
        await ours.ChangeAsync(
            ours.NewId(),
            _ => ours.NewCase(ours.NewId(), "u1") with { Indices = [new("host", id, "", CaseRelationship.Extension)] }
        );
        Assert.Equal(0, (await theirs.GetAsync(id)).Extensions);
    }
}
