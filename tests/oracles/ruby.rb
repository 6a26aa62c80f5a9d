# How gem reads a YAML file (Psych, as RubyGems calls it) and how bundler reads it: a JSON text a line in, a JSON answer a line out.
require "json"
require "yaml"
require "bundler"
require "bundler/yaml_serializer"

def gem(text)
  content = Psych.safe_load(text, permitted_classes: [Symbol])
  content = {} if content.nil? || content == false
  content.is_a?(Hash) ? content.transform_keys { |key| key.is_a?(Symbol) ? ":#{key}" : key.to_s }.transform_values(&:inspect) : nil
rescue ArgumentError, Psych::Exception, Psych::SyntaxError
  nil
end

def bundler(text)
  Bundler::YAMLSerializer.load(text).transform_values(&:inspect)
rescue NoMethodError
  nil
end

$stdin.each_line do |line|
  text = JSON.parse(line)
  puts JSON.generate({ gem: gem(text), bundler: bundler(text) })
end
