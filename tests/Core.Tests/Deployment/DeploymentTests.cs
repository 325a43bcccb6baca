using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Dev;
using ServerlessRosa.Functions.Pipeline;
using Xunit;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>The names, settings, roles and limits of infra/bicep agree with the code.</summary>
public sealed class DeploymentTests
{
    private const long Mebibyte = 1 << 20;

    // The host's documented maximum for one request, in the smaller of the two readings of MB.
    private const long HostMaximum = 210_000_000;

    private const string BodyLimit = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";

    // Settings for development and tests only.
    private static readonly string[] NotDeployed =
    [
        "Storage__ConnectionString",
        "Rosa__AllowBasicOverHttp",
        "Rosa__ReportStorageOperations",
        "Rosa__EventGridKey",
    ];

    private static readonly string[] HostSettings =
    [
        "AzureWebJobsStorage__blobServiceUri",
        "AzureWebJobsStorage__queueServiceUri",
        "AzureWebJobsStorage__tableServiceUri",
        "AzureWebJobsStorage__credential",
        "AzureWebJobsStorage__clientId",
        "AzureWebJobsDisableHomepage",
        "DOTNET_ThreadPool_UnfairSemaphoreSpinLimit",
        BodyLimit,
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "AZURE_CLIENT_ID",
        "AZURE_TOKEN_CREDENTIALS",
    ];

    private static readonly string[] LocalHostSettings =
    [
        "AzureWebJobsStorage",
        "AzureWebJobsDisableHomepage",
        "DOTNET_ThreadPool_UnfairSemaphoreSpinLimit",
        "FUNCTIONS_WORKER_RUNTIME",
        BodyLimit,
    ];

    [Fact]
    public void Modules_get_what_they_declare_and_give_what_is_asked() => AssertNone(DeploymentChecks.OfModules(MainTemplate(), Modules()));

    [Fact]
    public void Each_type_of_resource_has_one_version() => AssertNone(DeploymentChecks.OfVersions([MainTemplate(), .. Modules().Values]));

    [Fact]
    public void Tables_containers_and_queues_are_those_that_the_code_uses()
    {
        var storage = Module("storage");
        AssertNone(DeploymentChecks.OfNames("table", [.. StorageNames.Tables], storage.Texts("tableNames")));
        AssertNone(DeploymentChecks.OfNames("container", [.. StorageNames.Containers], storage.Texts("containerNames")));
        AssertNone(DeploymentChecks.OfNames("queue", [.. StorageNames.Queues], storage.Texts("queueNames")));
    }

    [Fact]
    public void The_settings_are_those_that_the_code_reads() =>
        AssertNone(DeploymentChecks.OfSettings(SettingsRead(), NotDeployed, HostSettings, Module("app").Members("settings").Keys));

    [Fact]
    public void The_sample_for_one_machine_knows_no_other_setting()
    {
        var sample = File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json"));
        AssertNone(DeploymentChecks.OfSample(sample, SettingsRead().Concat(LocalHostSettings)));
        Assert.Equal(HostLimit(new RosaOptions().MaxSubmissionBytes, new RosaOptions().MaxXmlBytes), Sample(sample, BodyLimit));
    }

    [Fact]
    public void Each_options_class_is_bound()
    {
        var sources = File.ReadAllText(Source("Core", "CoreServices.cs")) + File.ReadAllText(Source("Functions", "Program.cs"));
        Assert.All(
            OptionsClasses(),
            type => Assert.Matches($@"(AddOptions<{type.Name}>\(\)\s*\.Bind|AddValidated<{type.Name}>)\(", sources)
        );
    }

    [Fact]
    public void The_identity_has_four_roles_and_no_other() =>
        Assert.Equal(
            [
                "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
                "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
                "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
                "3913510d-42f4-4e42-8a64-420c390055eb",
            ],
            Module("access").Members("roles").Values.Select(role => role.Trim('\''))
        );

    [Fact]
    public void Storage_allows_no_keys_no_old_TLS_and_no_public_access()
    {
        var storage = Module("storage");
        Assert.All(
            [
                "allowSharedKeyAccess: false",
                "allowBlobPublicAccess: false",
                "minimumTlsVersion: 'TLS1_2'",
                "supportsHttpsTrafficOnly: true",
                "isVersioningEnabled: true",
            ],
            line => Assert.True(storage.Mentions(line), line)
        );
        Assert.All(
            [MainTemplate(), .. Modules().Values],
            template => Assert.False(template.Mentions("listKeys(") || template.Mentions("AccountKey="), "A key is read.")
        );
    }

    [Fact]
    public void The_host_s_body_limit_is_above_the_app_s_and_within_the_platform_s()
    {
        var main = MainTemplate();
        Assert.Equal("string(maxSubmissionBytes + maxXmlBytes + 1048576)", Module("app").Members("settings")[BodyLimit]);
        Assert.InRange(main.MaximumOf("maxSubmissionBytes") + main.MaximumOf("maxXmlBytes") + Mebibyte, 0, HostMaximum + Mebibyte);
        Assert.Equal(new RosaOptions().MaxSubmissionBytes, Number(main, "maxSubmissionBytes"));
        Assert.Equal(new RosaOptions().MaxXmlBytes, Number(main, "maxXmlBytes"));
        Assert.Equal(new CacheOptions().CacheSeconds, Number(main, "cacheSeconds"));
    }

    [Fact]
    public void By_default_an_instance_has_room_for_the_largest_bodies_at_once()
    {
        var main = MainTemplate();
        var needed = 4 * (Number(main, "maxSubmissionBytes") + Number(main, "maxXmlBytes")) * Number(main, "concurrencyPerInstance");
        Assert.InRange(needed, 1, Number(main, "instanceMemoryMB") * Mebibyte);
    }

    [Fact]
    public void Parameters_come_from_variables_that_the_guide_explains()
    {
        var parameters = File.ReadAllText(Infra("main.bicepparam"));
        Assert.Empty(
            Regex
                .Matches(parameters, @"^param (\w+)", RegexOptions.Multiline)
                .Select(match => match.Groups[1].Value)
                .Except(MainTemplate().Parameters)
        );
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "deploy.md"));
        Assert.All(
            Regex.Matches(parameters, @"readEnvironmentVariable\('(\w+)'").Select(match => match.Groups[1].Value),
            name => Assert.Contains(name, guide, StringComparison.Ordinal)
        );
    }

    private static IEnumerable<Type> OptionsClasses() =>
        new[] { typeof(StorageOptions).Assembly, typeof(RosaOptions).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && SectionOf(type) is not null);

    private static IEnumerable<string> SettingsRead() =>
        from type in OptionsClasses()
        from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
        where property.SetMethod?.IsPublic == true
        select $"{SectionOf(type)}__{property.Name}";

    private static string? SectionOf(Type type) => type.GetField("Section")?.GetRawConstantValue() as string;

    private static long HostLimit(long submission, long xml) => submission + xml + Mebibyte;

    private static long Sample(string json, string name) =>
        long.Parse(JsonDocument.Parse(json).RootElement.GetProperty("Values").GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static long Number(BicepTemplate template, string parameter) =>
        long.Parse(template.DefaultOf(parameter), CultureInfo.InvariantCulture);

    private static BicepTemplate MainTemplate() => new(File.ReadAllText(Infra("main.bicep")));

    private static BicepTemplate Module(string name) => Modules()[$"modules/{name}.bicep"];

    private static Dictionary<string, BicepTemplate> Modules() =>
        Directory
            .GetFiles(Infra("modules"), "*.bicep")
            .ToDictionary(file => $"modules/{Path.GetFileName(file)}", file => new BicepTemplate(File.ReadAllText(file)));

    private static string Infra(string name) => Path.Combine(Repository.Root, "infra", "bicep", name);

    private static string Source(params string[] path) => Path.Combine([Repository.Root, "src", .. path]);

    private static void AssertNone(IReadOnlyList<string> complaints) => Assert.True(complaints.Count == 0, string.Join('\n', complaints));
}
