using System.Collections;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Dev;

public sealed class RosaAppTests
{
    private static readonly Uri Address = new("http://127.0.0.1:7071");

    [Fact]
    public void The_app_gets_its_address_and_storage_as_settings()
    {
        var settings = RosaApp.SettingsFor(new RosaAppOptions("UseThis"), Address, new Hashtable());

        Assert.Equal("http://127.0.0.1:7071", settings["Rosa__PublicUrl"]);
        Assert.Equal("UseThis", settings["Storage__ConnectionString"]);
        Assert.Equal("true", settings["Rosa__AllowBasicOverHttp"]);
    }

    [Fact]
    public void A_setting_of_the_environment_wins_whatever_the_case_of_its_name()
    {
        var given = new RosaAppOptions("UseThis", Settings: new Dictionary<string, string> { ["Rosa__CacheSeconds"] = "30" });

        var settings = RosaApp.SettingsFor(given, Address, new Hashtable { ["ROSA__CACHESECONDS"] = "1" });

        Assert.False(settings.ContainsKey("Rosa__CacheSeconds"));
    }

    [Fact]
    public void The_storage_does_not_come_from_the_environment()
    {
        var environment = new Hashtable { ["Storage__ConnectionString"] = "SomebodyElses" };

        var settings = RosaApp.SettingsFor(new RosaAppOptions("UseThis"), Address, environment);

        Assert.Equal("UseThis", settings["Storage__ConnectionString"]);
    }

    [Fact]
    public async Task A_port_in_use_is_an_error_that_names_it()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        var error = await Assert.ThrowsAsync<StartException>(() =>
            RosaApp.StartAsync(new RosaAppOptions("UseThis", port), CancellationToken.None)
        );

        Assert.Contains($"Port {port} is taken", error.Message, StringComparison.Ordinal);
    }
}
