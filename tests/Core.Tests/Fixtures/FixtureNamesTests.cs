using System.Xml;
using ServerlessRosa.Core.Fixtures;
using Xunit;

namespace ServerlessRosa.Core.Tests.Fixtures;

/// <summary>Field names as names of elements and attributes (CC-037 to CC-041).</summary>
public sealed class FixtureNamesTests
{
    [Theory]
    [InlineData("code", "code")]
    [InlineData("Größe", "Größe")]
    [InlineData(" pack size ", "pack_size")]
    [InlineData("1st", "_1st")]
    [InlineData("-x", "_-x")]
    [InlineData("a:b/c<d>", "a_b_c_d_")]
    [InlineData("🌳", "__")]
    [InlineData("", "_")]
    [InlineData("xmlns", "_xmlns")]
    [InlineData("XML", "_XML")]
    public void Any_name_becomes_a_valid_XML_name(string name, string clean)
    {
        Assert.Equal(clean, FixtureNames.Clean(name));
        Assert.Equal(clean, XmlConvert.VerifyNCName(clean));
    }

    [Theory]
    [InlineData("code", true)]
    [InlineData("@district_id", true)]
    [InlineData("a,b.c-d", true)]
    [InlineData("Größe", false)]
    [InlineData("code\n", false)]
    [InlineData("", false)]
    public void Some_property_names_are_indices_on_phones(string name, bool taken) => Assert.Equal(taken, FixtureNames.IsIndex(name));
}
