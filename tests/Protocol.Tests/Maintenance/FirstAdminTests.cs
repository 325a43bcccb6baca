using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

public sealed class FirstAdminTests
{
    private const string Email = "ann@example.org";
    private const string Password = "a long password";
    private static readonly Dictionary<string, string> NoSettings = new()
    {
        ["Rosa__FirstAdminEmail"] = "",
        ["Rosa__FirstAdminPassword"] = "",
    };

    [Fact]
    public async Task The_command_creates_the_first_administrator_once()
    {
        await using var storage = await OwnStorage.StartAsync(NoSettings);
        (await storage.RunAsync("first-admin", "--email", "ann", "--password", Password)).ShouldFail("not an e-mail address");
        (await storage.RunAsync("first-admin", "--email", Email, "--password", "short")).ShouldFail("10");

        (
            await Maintenance.RunProcessAsync(
                "first-admin",
                "--email",
                Email,
                "--password",
                Password,
                "--storage",
                storage.ConnectionString
            )
        ).ShouldSucceed();

        var ann = await Api.SignInAsync(storage.Server, Email, Password);
        (await ann.GetAsync("/users")).ShouldBe(HttpStatusCode.OK);
        (await storage.RunAsync("first-admin", "--email", "bob@example.org", "--password", Password)).ShouldFail(
            "has, or had, an administrator"
        );
        Assert.Single((await ann.GetAsync("/users")).Json.EnumerateArray());
    }

    [Fact]
    public async Task A_command_needs_one_storage_account()
    {
        (await Maintenance.RunProcessAsync("first-admin", "--email", Email, "--password", Password)).ShouldFail(
            "Give either --storage with a connection string or --account with a name."
        );
        (await Maintenance.RunProcessAsync("first-admin", "--email", Email, "--password", Password, "--storage", "nonsense")).ShouldFail(
            "connection string"
        );
        const string nowhere =
            "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;"
            + "BlobEndpoint=http://127.0.0.1:9/a;TableEndpoint=http://127.0.0.1:9/a";
        (await Maintenance.RunProcessAsync("first-admin", "--email", Email, "--password", Password, "--storage", nowhere)).ShouldFail(
            "Storage did not answer"
        );
    }
}
