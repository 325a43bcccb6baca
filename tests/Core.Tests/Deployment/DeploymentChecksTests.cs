using Xunit;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>The checks of <see cref="DeploymentTests"/> report invalid templates.</summary>
public sealed class DeploymentChecksTests
{
    private const string Main = """
        param size int
        param name string = 'rosa'
        resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
          name: name
        }
        module store 'modules/store.bicep' = if (size > 0) {
          scope: group
          params: {
            name: name
          }
        }
        output address string = store.?outputs.address ?? ''
        """;

    private const string Store = """
        param name string
        param redundancy string = 'Standard_LRS'
        var tableNames = ['accounts', 'forms']
        var settings = {
          // a comment: of no interest
          Rosa__CacheSeconds: '15'
        }
        resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
          name: name

          resource nested 'config' = {
            name: 'x'
          }
        }
        output address string = account.id
        """;

    [Fact]
    public void Templates_that_agree_are_whole()
    {
        Assert.Empty(DeploymentChecks.OfModules(new BicepTemplate(Main), Modules(Store)));
        Assert.Empty(DeploymentChecks.OfVersions([new BicepTemplate(Main), new BicepTemplate(Store)]));
    }

    [Fact]
    public void A_template_is_read()
    {
        var store = new BicepTemplate(Store);
        Assert.Equal(["accounts", "forms"], store.Texts("tableNames"));
        Assert.Equal([KeyValuePair.Create("Rosa__CacheSeconds", "'15'")], store.Members("settings"));
        Assert.Equal(["name"], store.RequiredParameters);
        Assert.Equal("'rosa'", new BicepTemplate(Main).DefaultOf("name"));
        Assert.Equal(20, new BicepTemplate("@maxValue(20)\nparam size int\n").MaximumOf("size"));
    }

    [Theory]
    [InlineData("modules/store.bicep", "modules/shop.bicep", "modules/shop.bicep is not there.")]
    [InlineData("modules/store.bicep", "modules/shop.bicep", "modules/store.bicep is not used.")]
    [InlineData("    name: name", "    size: name", "modules/store.bicep has no parameter size.")]
    [InlineData("    name: name", "", "modules/store.bicep does not get name.")]
    [InlineData("outputs.address", "outputs.url", "modules/store.bicep has no output url.")]
    [InlineData("outputs.address", "outputs.url", "Nobody uses the output address of modules/store.bicep.")]
    public void A_module_call_with_other_parameters_is_reported(string part, string instead, string complaint) =>
        Assert.Contains(
            complaint,
            DeploymentChecks.OfModules(new BicepTemplate(Main.Replace(part, instead, StringComparison.Ordinal)), Modules(Store))
        );

    [Theory]
    [InlineData("2023-05-02", "Microsoft.Storage/storageAccounts has 2 versions.")]
    [InlineData("latest", "Microsoft.Storage/storageAccounts has the version 'latest'.")]
    public void A_different_or_invalid_version_is_reported(string version, string complaint) =>
        Assert.Contains(
            complaint,
            DeploymentChecks.OfVersions([
                new BicepTemplate(Store),
                new BicepTemplate(Store.Replace("2023-05-01", version, StringComparison.Ordinal)),
            ])
        );

    [Fact]
    public void Settings_are_compared_in_both_directions() =>
        Assert.Equal(
            [
                "Rosa__CacheSeconds is read, but not set.",
                "HOST is read, but not set.",
                "Rosa__Old is set, but nobody reads it.",
                "Rosa__Dev is not for a deployment.",
            ],
            DeploymentChecks.OfSettings(
                ["Rosa__PublicUrl", "Rosa__CacheSeconds", "Rosa__Dev"],
                ["Rosa__Dev"],
                ["HOST"],
                ["Rosa__PublicUrl", "Rosa__Old", "Rosa__Dev"]
            )
        );

    [Fact]
    public void A_sample_with_an_unknown_setting_is_reported() =>
        Assert.Equal(
            ["The sample sets Rosa__Old, which nobody reads."],
            DeploymentChecks.OfSample("""{"Values":{"Rosa__PublicUrl":"","Rosa__Old":""}}""", ["Rosa__PublicUrl"])
        );

    [Fact]
    public void Names_are_compared_in_both_directions() =>
        Assert.Equal(
            ["The table forms is not made.", "The table form is made, but not used."],
            DeploymentChecks.OfNames("table", ["accounts", "forms"], ["accounts", "form"])
        );

    private static Dictionary<string, BicepTemplate> Modules(string store) => new() { ["modules/store.bicep"] = new BicepTemplate(store) };
}
