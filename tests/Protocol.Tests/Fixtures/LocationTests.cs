using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Fixtures;

/// <summary>Changes and deletions of locations and their types (CC-144).</summary>
public sealed class LocationTests
{
    [Fact, Clause("CC-144")]
    public async Task A_location_is_deleted_once_nothing_depends_on_it_and_a_phone_learns_of_it()
    {
        var domain = await Domain.StartAsync();
        await TypesAsync(domain);
        var kano = await domain.CreateAsync("location", new { name = "Kano", location_type_code = "state" });
        var lagos = await domain.CreateAsync("location", new { name = "Lagos", location_type_code = "state" });
        var dala = await domain.CreateAsync("location", In("Dala", kano));
        var worker = await domain.WorkerAsync(
            more: new Dictionary<string, object> { ["locations"] = new[] { kano, dala }, ["primary_location"] = kano }
        );
        var before = await domain.DocumentAsync(worker);

        foreach (var (id, reason) in new[] { (kano, "others below"), (dala, "workers are assigned") })
        {
            var refused = (await domain.Admin.DeleteAsync(domain.Api($"location/{id}/"))).ShouldBe(HttpStatusCode.BadRequest);
            Assert.Contains(reason, refused.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        }
        (await domain.PutAsync($"user/{worker.Id}/", new { locations = new[] { kano } })).ShouldBe(HttpStatusCode.OK);
        (await domain.Admin.DeleteAsync(domain.Api($"location/{dala}/"))).ShouldBe(HttpStatusCode.NoContent);
        (await domain.Admin.DeleteAsync(domain.Api($"location/{dala}/"))).ShouldBe(HttpStatusCode.NotFound);
        (await domain.Admin.GetAsync(domain.Api($"location/{dala}/"))).ShouldBe(HttpStatusCode.NotFound);
        Assert.DoesNotContain(
            "Dala",
            (await domain.DocumentAsync(worker, $"since={before.Token}")).Content("locations"),
            StringComparison.Ordinal
        );

        // Its site code is free again, and a location moves below another.
        var again = await domain.CreateAsync("location", In("Dala", kano));
        var moved = (await domain.PutAsync($"location/{again}/", new { parent_location_id = lagos })).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal((lagos, "dala"), (moved.GetProperty("parent_location_id").GetString(), moved.GetProperty("site_code").GetString()));
    }

    [Fact, Clause("CC-144")]
    public async Task The_place_of_a_type_changes_while_it_has_no_locations_and_then_it_can_be_deleted()
    {
        var domain = await Domain.StartAsync();
        await TypesAsync(domain);
        await domain.CreateAsync("location_type", new { code = "village", name = "Village" });
        Task<Answer> ChangeAsync(string code, object body) => domain.PutAsync($"location_type/{code}/", body);
        var moved = (await ChangeAsync("village", new { parent = "district", shares_cases = true })).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal("district", moved.GetProperty("parent").GetString());
        Assert.Equal(
            "district",
            (await ChangeAsync("village", new { name = "Ward" })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("parent").GetString()
        );
        foreach (
            var (code, body) in new (string, object)[]
            {
                ("state", new { parent = "village" }),
                ("state", new { parent = "state" }),
                ("village", new { parent = "planet" }),
                ("village", new { code = "ward" }),
                ("village", new { name = "" }),
            }
        )
        {
            (await ChangeAsync(code, body)).ShouldBe(HttpStatusCode.BadRequest);
        }
        (await ChangeAsync("village", new { code = "village" })).ShouldBe(HttpStatusCode.OK);

        var kano = await domain.CreateAsync("location", new { name = "Kano", location_type_code = "state" });
        var dala = await domain.CreateAsync("location", In("Dala", kano));
        (await ChangeAsync("district", new { parent = (string?)null })).ShouldBe(HttpStatusCode.BadRequest);
        (await ChangeAsync("district", new { parent = "state" })).ShouldBe(HttpStatusCode.OK);
        foreach (var (code, reason) in new[] { ("district", "village is below it"), ("state", "district is below it") })
        {
            var refused = (await domain.Admin.DeleteAsync(domain.Api($"location_type/{code}/"))).ShouldBe(HttpStatusCode.BadRequest);
            Assert.Contains(reason, refused.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        }
        (await domain.Admin.DeleteAsync(domain.Api("location_type/village/"))).ShouldBe(HttpStatusCode.NoContent);
        (await domain.Admin.DeleteAsync(domain.Api("location_type/village/"))).ShouldBe(HttpStatusCode.NotFound);
        (await domain.Admin.DeleteAsync(domain.Api("location_type/district/"))).ShouldBe(HttpStatusCode.BadRequest);
        (await domain.Admin.DeleteAsync(domain.Api($"location/{dala}/"))).ShouldBe(HttpStatusCode.NoContent);
        (await domain.Admin.DeleteAsync(domain.Api("location_type/district/"))).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact, Clause("CC-144")]
    public async Task Concurrent_changes_leave_one_tree()
    {
        var domain = await Domain.StartAsync();
        await TypesAsync(domain);
        var kano = await domain.CreateAsync("location", new { name = "Kano", location_type_code = "state" });
        var creations = Enumerable
            .Range(0, 4)
            .Select(number => domain.Admin.PostJsonAsync(domain.Api("location/"), In($"District {number}", kano)))
            .ToList();
        var deletion = domain.Admin.DeleteAsync(domain.Api($"location/{kano}/"));
        var created = (await Task.WhenAll(creations)).Count(answer => answer.Status == HttpStatusCode.Created);

        // Either the deletion came first, and there is no place for the districts, or some district came first.
        Assert.Equal(created == 0 ? HttpStatusCode.NoContent : HttpStatusCode.BadRequest, (await deletion).Status);
        var sameName = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ => domain.Admin.PostJsonAsync(domain.Api("location/"), new { name = "Lagos", location_type_code = "state" }))
        );
        Assert.Equal(
            ["lagos", "lagos2", "lagos3", "lagos4"],
            sameName.Select(answer => answer.ShouldBe(HttpStatusCode.Created).Json.GetProperty("site_code").GetString()).Order()
        );
        Assert.True(created is 0 or 4, $"{created} districts were created.");
    }

    private static object In(string name, string parent) =>
        new
        {
            name,
            location_type_code = "district",
            parent_location_id = parent,
        };

    private static async Task TypesAsync(Domain domain)
    {
        await domain.CreateAsync("location_type", new { code = "state", name = "State" });
        await domain.CreateAsync(
            "location_type",
            new
            {
                code = "district",
                name = "District",
                parent = "state",
            }
        );
    }
}
